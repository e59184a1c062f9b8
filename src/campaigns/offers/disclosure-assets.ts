/** What the page of a disclosure sheet loads from our own address: the content security policy allows nothing inline. */

export const pageScript = `// Counts nothing itself: it only says that it is visible, and whether the end came into view. The server decides.
const call = async (what, body = {}) => {
  const answer = await fetch(location.pathname + '/' + what, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(String(answer.status))
  return answer.json()
}
const told = document.getElementById('status')
const button = document.getElementById('confirm')
let reading
let scrolled = false
let left = Number.POSITIVE_INFINITY
let done = false

const show = () => {
  if (done) return
  button.disabled = left > 0 || !scrolled
  told.textContent =
    left > 0 ? '请阅读，还需 ' + Math.ceil(left) + ' 秒' : scrolled ? '您可以确认了' : '请滑动到底部，读完全部内容'
}
const beat = async () => {
  if (done || !reading || document.visibilityState !== 'visible') return
  try {
    const { shownSeconds, neededSeconds } = await call('beat', { reading, scrolled })
    left = Math.max(0, neededSeconds - shownSeconds)
  } catch {
    told.textContent = '网络不通，正在重试'
    return
  }
  show()
}
new IntersectionObserver((entries) => {
  if (entries.some(({ isIntersecting }) => isIntersecting)) {
    scrolled = true
    beat()
  }
}).observe(document.getElementById('end'))
button.addEventListener('click', async () => {
  button.disabled = true
  try {
    const { confirmedAt } = await call('confirm', { reading })
    done = true
    told.textContent = '已确认，时间 ' + new Date(confirmedAt).toLocaleString('zh-CN')
    button.textContent = '已确认'
  } catch {
    told.textContent = '还不能确认，请继续阅读'
    await beat()
  }
})
const open = async () => {
  try {
    const started = await call('open')
    reading = started.reading
    left = started.neededSeconds
    show()
  } catch {
    told.textContent = '打不开，请刷新页面'
  }
}
open()
setInterval(beat, 1000)
`

export const pageStyle = `:root {
  color-scheme: light dark;
  --ink: #15211f;
  --soft: #66756f;
  --line: #dfe5e2;
  --paper: #ffffff;
  --teal: #0e766c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e7eeec;
    --soft: #9aaba6;
    --line: #2a3a38;
    --paper: #101716;
    --teal: #35a698;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font:
    16px / 1.65 'PingFang SC',
    'Microsoft YaHei',
    system-ui,
    sans-serif;
}
main {
  max-width: 720px;
  margin: 0 auto;
  padding: 20px 18px 170px;
}
header p {
  margin: 0;
  color: var(--soft);
}
h1 {
  margin: 2px 0;
  font-size: 24px;
}
h2 {
  margin: 28px 0 8px;
  font-size: 18px;
}
.rate {
  margin-top: 18px;
  padding: 16px 18px;
  border: 2px solid var(--teal);
  border-radius: 12px;
}
.rate p {
  margin: 0;
}
.figure {
  display: inline-block;
  margin-right: 24px !important;
  color: var(--teal);
  font-size: 34px;
  font-weight: 700;
  font-variant-numeric: tabular-nums;
}
.figure small {
  margin-left: 6px;
  font-size: 15px;
  font-weight: 400;
}
table {
  width: 100%;
  border-collapse: collapse;
}
th,
td {
  padding: 10px 0;
  border-top: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
th {
  width: 34%;
  padding-right: 12px;
  font-weight: 500;
}
td small {
  display: block;
  color: var(--soft);
  font-size: 16px;
}
.text {
  margin: 0;
  white-space: pre-line;
}
.end {
  margin-top: 28px;
  color: var(--soft);
  text-align: center;
}
footer {
  position: fixed;
  inset: auto 0 0;
  padding: 10px 18px calc(14px + env(safe-area-inset-bottom));
  border-top: 1px solid var(--line);
  background: var(--paper);
}
footer p {
  max-width: 720px;
  margin: 0 auto 8px;
  text-align: center;
}
button {
  display: block;
  width: 100%;
  max-width: 720px;
  min-height: 48px;
  margin: 0 auto;
  border: 0;
  border-radius: 10px;
  background: var(--teal);
  color: #fff;
  font: inherit;
  font-weight: 600;
}
button:disabled {
  background: var(--line);
  color: var(--soft);
}
button:focus-visible {
  outline: 3px solid var(--ink);
  outline-offset: 2px;
}
`
