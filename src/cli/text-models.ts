import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type Card, type MadeModel, makeFromCorpus, makeTexts, readTexts, shippedCard, shippedNames } from '#models'
import { makeHeads, postsModel } from '#opinion'
import type { Cli } from './run.ts'

interface Json {
  json?: boolean
}

const percent = (value: number) => value.toFixed(3).replace(/^0/, '')

const shown = ({ name, task, made, form, sources, dataHash, figures, limits, bytes }: Card): string =>
  [
    `${name}  (${task}, ${made}, ${(bytes / 1e6).toFixed(1)} MB)`,
    form,
    '',
    ...sources.map((source) => `learnt from ${source.name}: ${source.rows} (${source.licence}) ${source.note}`),
    `data ${dataHash}`,
    '',
    ...figures.map(
      ({ name, value, aim, count, note }) =>
        `${percent(value).padStart(6)}  ${aim === undefined ? '            ' : `aim ${percent(aim)} ${value >= aim === !name.includes('error') ? '✓' : '✗'}  `}${name} (${count}${note ? `; ${note}` : ''})`,
    ),
    '',
    ...limits,
  ].join('\n')

const today = () => new Date().toISOString().slice(0, 10)

/** `models train|list|show`: models of text, without a server. */
export const textModels = (program: Command, cli: Cli): void => {
  const models = program.command('models').description('Models of text: train them from files, see their cards')
  models
    .command('list')
    .description('The models that come with the product')
    .option('--json', 'answer as JSON')
    .action((options: Json) => {
      const cards = shippedNames.map(shippedCard)
      cli.print(
        { items: cards },
        cards
          .map(
            ({ name, task, made, bytes }) =>
              `${name.padEnd(16)} ${task.padEnd(10)} ${made}  ${(bytes / 1e6).toFixed(1)} MB`,
          )
          .join('\n'),
        options,
      )
    })
  models
    .command('show')
    .description('The card of a model: what it learnt from, figures, limits')
    .argument('<name>', 'reviews-1')
    .option('--json', 'answer as JSON')
    .action((name: string, options: Json) => {
      const known = shippedNames.find((one) => one === name)
      if (!known) throw new Error(`There is no model ${name}; there are ${shippedNames.join(', ')}`)
      const card = shippedCard(known)
      cli.print(card, shown(card), options)
    })
  models
    .command('train')
    .description('Train a model from files and judge it; writes NAME.zym and its card NAME.json')
    .addArgument(models.createArgument('<task>').choices(['texts', 'posts', 'reviews', 'rumour']))
    .addOption(
      new Option(
        '--from <path>',
        'texts: CSV, TSV or JSON lines, also .gz; reviews: folder of the corpora; rumour: file of stories',
      ),
    )
    .option('--name <name>', 'texts, posts: name of the model', 'texts-1')
    .option('--text <column>', 'texts: column of the text', 'text')
    .option('--label <column>', 'texts: column of the class', 'label')
    .option('--group <column>', 'texts: column of what must stay in one fold, a thread or an author')
    .option('--licence <text>', 'texts: licence of the data, for the card', 'own data')
    .requiredOption('--out <folder>', 'where the model goes')
    .option('--json', 'answer as JSON')
    .action(
      (
        task: 'texts' | 'posts' | 'reviews' | 'rumour',
        options: Json & {
          from?: string
          name: string
          text: string
          label: string
          group?: string
          licence: string
          out: string
        },
      ) => {
        const progress = (text: string) => cli.progress(text)
        const from = () => {
          if (!options.from) throw new Error('--from is missing: the file or folder to learn from')
          return resolve(options.from)
        }
        const make = (): MadeModel => {
          if (task === 'posts')
            return makeHeads(options.name === 'texts-1' ? postsModel : options.name, today(), [], progress)
          if (task !== 'texts') return makeFromCorpus(task, from(), today(), progress)
          const { text, label, group, licence, name } = options
          const source = { name: basename(from()), licence }
          return makeTexts(name, readTexts(from(), { text, label, group }), today(), source, progress)
        }
        const { bytes, card } = make()
        cli.progress('')
        mkdirSync(options.out, { recursive: true })
        writeFileSync(join(options.out, `${card.name}.zym`), bytes)
        writeFileSync(join(options.out, `${card.name}.json`), `${JSON.stringify(card, null, 2)}\n`)
        cli.print(card, shown(card), options)
      },
    )
}
