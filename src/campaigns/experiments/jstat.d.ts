/** The part of jStat that is used here. */
declare module 'jstat' {
  const jStat: {
    normal: { inv(p: number, mean: number, sd: number): number; cdf(x: number, mean: number, sd: number): number }
    studentt: { inv(p: number, df: number): number; cdf(x: number, df: number): number }
    beta: { inv(p: number, alpha: number, beta: number): number }
    chisquare: { cdf(x: number, df: number): number; inv(p: number, df: number): number }
    gammaln(x: number): number
  }

  // biome-ignore lint/style/noDefaultExport: so the package has it
  export { jStat as default }
}
