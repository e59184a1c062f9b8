/** What a visitor sees whose link is no longer good, or never was. */
export const linkGonePage = `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>链接已失效</title>
<style>body{margin:0;font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;background:#f4f6f3;color:#15211f}
main{max-width:26rem;margin:20vh auto 0;padding:0 1.5rem}h1{font-size:1.375rem;margin:0 0 .5rem}p{margin:0;color:#4a5a57}</style></head>
<body><main><h1>链接已失效</h1><p>这个链接已过期或不完整。请从我们的官方 App、公众号或官网重新进入，勿在其他页面输入密码或验证码。</p></main></body>
</html>
`
