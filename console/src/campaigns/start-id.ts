/** The start of the journey among the steps of the canvas. No step can have this id. */
export const startId = '$start'
