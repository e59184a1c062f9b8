/** The package's own types name a file without its ending, which Node's resolution does not find. */
declare module 'opencc-js/t2cn' {
  export function Converter(options: { from: 't' | 'tw' | 'hk'; to: 'cn' }): (text: string) => string
}
