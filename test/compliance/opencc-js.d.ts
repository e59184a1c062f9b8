/** The package's own types name a file without its ending, which Node's resolution does not find. */
declare module 'opencc-js/cn2t' {
  export function Converter(options: { from: 'cn'; to: 't' | 'tw' | 'hk' }): (text: string) => string
}
