/** What a step from the palette is called while it is dragged. */
export const stepMime = 'application/x-zhiyin-step'
