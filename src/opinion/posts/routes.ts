import { type Route, route } from '#platform'
import { SubjectId } from '../subjects/subject-contract.ts'
import { readPost } from './detail.ts'
import { exportPosts } from './export.ts'
import { facetsOf } from './facets.ts'
import { subjectFigures } from './figures.ts'
import {
  DrillQuery,
  Facets,
  FiguresQuery,
  NewSearch,
  PostDetail,
  PostFilter,
  PostIdParams,
  PostsExport,
  PostsPage,
  PostsQuery,
  SavedSearches,
  SearchCount,
  SearchId,
  SubjectFigures,
  Wall,
  WallQuery,
} from './post-contract.ts'
import { countSearch, deleteSearch, listSearches, writeSearch } from './saved-searches.ts'
import { searchPosts } from './search.ts'
import { readWall } from './wall.ts'
import { whileAsked } from './while-asked.ts'

/** Stored posts: searched, counted, exported, looked at one by one and as they come. */
export const postRoutes: readonly Route[] = [
  route('GET /opinion/posts', {
    can: 'opinion.read',
    summary: 'Posts that fit, in pages; lists are comma-separated',
    query: PostsQuery,
    reply: PostsPage,
    run: (ctx, query, exchange) => whileAsked(exchange, (signal) => searchPosts(ctx, query, signal)),
  }),
  route('GET /opinion/posts/facets', {
    can: 'opinion.read',
    summary: 'How many posts fit, by platform, source, sentiment and more, and over time',
    query: PostFilter,
    reply: Facets,
    run: (ctx, filter, exchange) => whileAsked(exchange, (signal) => facetsOf(ctx, filter, signal)),
  }),
  route('GET /opinion/posts/export', {
    can: 'opinion.export',
    summary: 'Posts that fit as CSV or XLSX, masked, 50,000 at most; audited',
    query: PostsExport,
    run: (ctx, query, { reply }) => exportPosts(ctx, query, reply),
  }),
  route('GET /opinion/posts/{id}', {
    can: 'opinion.read',
    summary: 'One post with its thread, near-duplicates, counts over time and event',
    params: PostIdParams,
    query: DrillQuery,
    reply: PostDetail,
    run: readPost,
  }),
  route('GET /opinion/searches', {
    can: 'opinion.read',
    summary: 'Saved searches: own and shared',
    reply: SavedSearches,
    run: listSearches,
  }),
  route('POST /opinion/searches', {
    can: 'opinion.read',
    summary: 'Save a search for oneself or for all',
    body: NewSearch,
    reply: SavedSearches,
    status: 201,
    run: writeSearch,
  }),
  route('PUT /opinion/searches/{id}', {
    can: 'opinion.read',
    summary: 'Change a saved search',
    params: SearchId,
    body: NewSearch,
    reply: SavedSearches,
    run: writeSearch,
  }),
  route('DELETE /opinion/searches/{id}', {
    can: 'opinion.read',
    summary: 'Delete a saved search',
    params: SearchId,
    status: 204,
    run: deleteSearch,
  }),
  route('GET /opinion/searches/{id}/count', {
    can: 'opinion.read',
    summary: 'How many posts a saved search finds, in all and in the last 24 hours',
    params: SearchId,
    reply: SearchCount,
    run: countSearch,
  }),
  route('GET /opinion/subjects/{id}/figures', {
    can: 'opinion.read',
    summary: 'What is said of a subject in a time, beside the time before and beside others',
    params: SubjectId,
    query: FiguresQuery,
    reply: SubjectFigures,
    run: subjectFigures,
  }),
  route('GET /opinion/wall', {
    can: 'opinion.read',
    summary: 'The live wall: what came since the cursor, the last 24 hours, events, sources',
    query: WallQuery,
    reply: Wall,
    run: readWall,
  }),
]
