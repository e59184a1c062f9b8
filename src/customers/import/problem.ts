import { problems } from '#platform'

export const problem = problems('customers', {
  mappingWrong: { status: 400, title: 'The import mapping is not valid' },
  columnsDoNotFit: { status: 400, title: 'The columns of the file and of the mapping do not fit' },
  fileUnreadable: { status: 400, title: 'The file cannot be read in the stated format' },
})
