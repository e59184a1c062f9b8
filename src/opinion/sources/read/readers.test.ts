import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeBytes } from './decode-bytes.ts'
import { throughDoor } from './door.ts'
import { readFeed } from './feed.ts'
import { NotReadable } from './found.ts'
import { exploreJson, parseJson, readJsonList } from './json-list.ts'
import { readMail } from './mail.ts'
import { foundByMap, replyStateOf } from './mapped.ts'
import { TooComplex } from './markup.ts'
import { isSelector, readPage } from './page.ts'
import { guessPreset, parentOrRoot, presetForm } from './presets.ts'

const now = new Date('2026-11-22T02:30:00Z')

test('RSS: full text over summary, permanent guid, author of a mail', () => {
  const [first, second] = readFeed(`<?xml version="1.0"?><rss version="2.0" xmlns:content="c" xmlns:dc="d"><channel>
    <title>通报</title>
    <item><title>A &amp; B</title><link>https://e.cn/1?utm_source=rss</link><guid isPermaLink="false">g1</guid>
      <pubDate>Sat, 21 Nov 2026 08:00:00 +0800</pubDate><description>短</description>
      <content:encoded><![CDATA[<p>长文 &lt;不是标签&gt;</p><p>第二段</p>]]></content:encoded><dc:creator>记者甲</dc:creator></item>
    <item><title>无链接</title><guid>https://e.cn/2</guid><description>x</description><author>a@b.cn (编辑)</author></item>
    </channel></rss>`)
  assert.equal(first?.guid, 'g1')
  assert.equal(first.title, 'A & B')
  assert.equal(first.author?.name, '记者甲')
  const door = throughDoor(first, { platform: 'news', kind: 'article', now })
  assert.ok('item' in door)
  assert.equal(door.item.text, '长文 <不是标签>\n\n第二段')
  assert.equal(second?.url, 'https://e.cn/2')
  assert.equal(second.author?.name, '编辑')
})

test('Atom and JSON Feed', () => {
  const [entry] =
    readFeed(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title type="html">&lt;b&gt;标题&lt;/b&gt;</title>
    <link rel="self" href="https://e.cn/self"/><link href="https://e.cn/a"/><published>2026-11-21T08:00:00Z</published>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>一</p><p>二 &lt; 三</p></div></content>
    <author><name>甲</name><uri>https://e.cn/u</uri></author></entry></feed>`)
  assert.deepEqual([entry?.guid, entry?.url, entry?.author?.name], ['urn:1', 'https://e.cn/a', '甲'])
  const door = throughDoor(entry ?? {}, { platform: 'news', kind: 'post', now })
  assert.ok('item' in door)
  assert.deepEqual([door.item.title, door.item.text], ['标题', '一\n\n二 < 三'])

  const [item] = readFeed(
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      items: [
        {
          id: 7,
          url: 'https://e.cn/7',
          content_text: '1 < 2\n完',
          date_published: '2026-11-21T08:00:00Z',
          authors: [{ name: '乙' }],
        },
      ],
    }),
  )
  const taken = throughDoor(item ?? {}, { platform: 'news', kind: 'post', now })
  assert.ok('item' in taken)
  assert.deepEqual(
    [taken.item.guid.replace('e.cn/', ''), taken.item.text, taken.item.author?.name],
    ['7', '1 < 2\n完', '乙'],
  )
})

test('a feed that attacks expands nothing, loads nothing, and is bounded', () => {
  const lol = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  const bomb = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">${lol}<!ENTITY x SYSTEM "file:///etc/passwd">]>
    <rss><channel><item><guid>1</guid><title>&l9; &x;</title></item></channel></rss>`
  const [item] = readFeed(bomb)
  assert.equal(item?.title, '&l9; &x;')
  assert.throws(() => readFeed(`<rss><channel>${'<a>'.repeat(100_000)}`), TooComplex)
  assert.throws(() => readFeed('<html><body>请登录</body></html>'), NotReadable)
  assert.throws(() => readFeed('{"items": [}'), NotReadable)
  assert.throws(() => parseJson('['.repeat(100_000)), NotReadable)
  const many = `<rss><channel>${'<item><guid>1</guid></item>'.repeat(20_000)}</channel></rss>`
  assert.equal(readFeed(many).length, 2_001, 'one more than is taken, so that the flood is seen')
})

test('a feed in GBK is read, whatever its header says', () => {
  // 消费 in GBK.
  const bytes = Buffer.concat([
    Buffer.from('<rss><channel><item><title>'),
    Buffer.from([0xcf, 0xfb, 0xb7, 0xd1]),
    Buffer.from('</title></item></channel></rss>'),
  ])
  assert.match(decodeBytes(bytes, 'text/xml; charset=utf-8'), /消费/)
  assert.match(decodeBytes(bytes, 'text/xml; charset=GB2312'), /消费/)
})

test('a JSON answer by paths, alternatives and templates; long ids stay whole', () => {
  const root = parseJson(
    '{"data":{"cards":[{"mblog":{"id":5123456789012345678,"text":"<a>收费</a>","created_at":"Sat Nov 21 08:00:00 +0800 2026","user":{"id":9,"screen_name":"甲"},"attitudes_count":"1.2万","pics":[{"url":"u0"}]}}]}}',
  )
  const [found] = readJsonList(root, {
    itemsAt: 'data.cards',
    map: {
      guid: 'mblog.id',
      url: 'mblog.link | https://m.weibo.cn/detail/{mblog.id}',
      text: 'mblog.longText | mblog.text',
      publishedAt: 'mblog.created_at',
      authorName: 'mblog.user.screen_name',
      likes: 'mblog.attitudes_count',
    },
  })
  assert.equal(found?.guid, '5123456789012345678')
  assert.equal(found.url, 'https://m.weibo.cn/detail/5123456789012345678')
  assert.equal(found.author?.name, '甲')
  assert.throws(() => readJsonList(root, { itemsAt: 'data.nothing', map: {} }), NotReadable)
  const told = exploreJson({ ok: 1, data: { list: [{ id: 1, title: 't', hot_value: 99, user: { name: 'n' } }] } }, '')
  assert.deepEqual(told.lists, [{ path: 'data.list', length: 1 }])
  assert.deepEqual(told.proposal, { guid: 'id', title: 'title', heat: 'hot_value', authorName: 'user.name' })
})

test('a page by selectors and attributes', () => {
  const html = `<ul><li class="n" data-id="3"><a href="/p/3?from=list">利率 <em>争议</em></a><div class="t"><p>正文</p><p>二</p></div><time datetime="2026-11-21T08:00:00+08:00">昨天</time></li><li class="ad">x</li></ul>`
  const [found, ...rest] = readPage(html, {
    item: 'li.n',
    map: { guid: '@data-id', url: 'a@href', title: 'a', text: '.t', publishedAt: 'time@datetime | time' },
  })
  assert.equal(rest.length, 0)
  const door = throughDoor(found ?? {}, { platform: 'forum', kind: 'post', now, base: 'https://e.cn/list' })
  assert.ok('item' in door)
  assert.deepEqual(
    [door.item.guid, door.item.url, door.item.title, door.item.text, door.item.publishedAt],
    ['e.cn/3', 'https://e.cn/p/3?from=list', '利率 争议', '正文\n\n二', '2026-11-21T00:00:00.000Z'],
  )
  assert.throws(() => readPage(html, { item: '.gone', map: {} }), NotReadable)
  assert.throws(() => readPage('<div>'.repeat(500_000), { item: 'p', map: {} }), TooComplex)
  assert.deepEqual(['li > a@href', '', 'a[', 'div:has(a)'].map(isSelector), [true, true, false, false])
})

test('places of a hot list: the rank as told, else the order', () => {
  const root = [
    { word: '甲', num: '512万', realpos: 3 },
    { word: '乙', num: 10 },
  ]
  const read = readJsonList(root, {
    itemsAt: '',
    map: { guid: 'word', title: 'word', rank: 'realpos', heat: 'num' },
    hotList: '热搜',
  })
  assert.deepEqual(
    read.map(({ hotList, kind }) => [kind, hotList]),
    [
      ['hot-list', { list: '热搜', rank: 3, heat: 5_120_000 }],
      ['hot-list', { list: '热搜', rank: 2, heat: 10 }],
    ],
  )
})

test('files of crawlers and complaint exports are known by their columns', () => {
  for (const [columns, preset] of [
    [
      'user_id,nickname,note_id,content,create_time,create_date_time,liked_count,comments_count,shared_count,note_url',
      'crawler-weibo',
    ],
    [
      'comment_id,create_time,note_id,content,user_id,nickname,comment_like_count,sub_comment_count,parent_comment_id',
      'crawler-weibo',
    ],
    [
      'note_id,type,title,desc,video_url,time,user_id,nickname,liked_count,collected_count,image_list,tag_list',
      'crawler-xhs',
    ],
    ['comment_id,create_time,note_id,content,user_id,nickname,pictures,like_count,parent_comment_id', 'crawler-xhs'],
    ['aweme_id,title,desc,create_time,liked_count', 'crawler-douyin'],
    ['video_id,title,desc,create_time,liked_count,video_play_count,video_comment', 'crawler-bilibili'],
    ['video_id,title,desc,create_time,liked_count,viewd_count,video_play_url', 'crawler-kuaishou'],
    ['content_id,content_type,content_text,content_url,voteup_count', 'crawler-zhihu'],
    ['note_id,title,desc,note_url,publish_time,tieba_name,total_replay_num', 'crawler-tieba'],
    ['投诉编号,标题,投诉对象,诉求,金额,状态', 'complaints'],
    ['foo,bar', undefined],
  ] as const)
    assert.equal(guessPreset(columns.split(',')), preset, columns)
})

test('a comment of a crawler keeps its thread; no parent is the post itself', () => {
  const columns = [
    'comment_id',
    'note_id',
    'content',
    'create_time',
    'user_id',
    'nickname',
    'parent_comment_id',
    'comment_like_count',
  ]
  const { map, kind, platform } = presetForm('crawler-weibo', columns)
  assert.deepEqual([kind, platform], ['comment', 'weibo'])
  const row = {
    comment_id: '11',
    note_id: '5',
    content: '一样被收了',
    create_time: 1_795_314_600,
    user_id: 'u',
    nickname: '丙',
    parent_comment_id: '0',
    comment_like_count: '1.2万',
  }
  const first = parentOrRoot(foundByMap(row, map))
  assert.deepEqual([first.guid, first.parentGuid, first.rootGuid], ['11', '5', '5'])
  assert.equal(parentOrRoot(foundByMap({ ...row, parent_comment_id: '9' }, map)).parentGuid, '9')
})

test('a complaint becomes a record with number, appeals, amount and state of the reply', () => {
  const row = {
    投诉编号: '17371829',
    标题: '强制捆绑会员',
    投诉对象: '某某消费金融',
    诉求: '退款、道歉,赔偿',
    金额: '1,299.00',
    状态: '已回复',
    内容: '下款时扣了会员费',
    投诉时间: '2026-11-20 10:00',
  }
  const { map } = presetForm('complaints', Object.keys(row))
  const door = throughDoor(foundByMap(row, map), { platform: 'heimao', kind: 'complaint', now })
  assert.ok('item' in door)
  assert.deepEqual(door.item.complaint, {
    number: '17371829',
    against: '某某消费金融',
    appeal: ['退款', '道歉', '赔偿'],
    summary: '下款时扣了会员费',
    amountFen: 129_900,
    replyState: 'replied',
  })
  assert.deepEqual(['已完成', '处理中', '未回复', '撤销投诉', '？'].map(replyStateOf), [
    'done',
    'assigned',
    'submitted',
    'withdrawn',
    'unknown',
  ])
})

test('a mail: encoded words, charset, parts; quoted answers are left out', async () => {
  const raw = Buffer.from(
    [
      'Message-ID: <a@b.cn>',
      'From: =?gb2312?B?ufrE2sPrsag=?= <press@paper.cn>',
      'Subject: =?utf-8?B?6YeH6K6/5o+Q57qy?=',
      'Date: Sat, 21 Nov 2026 08:00:00 +0800',
      'Content-Type: text/plain; charset=utf-8',
      '',
      '请于今日 18 点前回复。',
      '----- 原始邮件 -----',
      '旧内容',
    ].join('\r\n'),
  )
  const mail = await readMail(raw)
  const door = throughDoor(mail, { platform: 'mail', kind: 'post', now })
  assert.ok('item' in door)
  assert.deepEqual(
    [door.item.guid, door.item.title, door.item.text],
    ['<a@b.cn>', '采访提纲', '请于今日 18 点前回复。'],
  )
})
