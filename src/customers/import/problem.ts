import { problems } from '#platform'

export const problem = problems('customers', {
  mappingWrong: { status: 400, title: 'The import mapping is not valid' },
  columnsDoNotFit: { status: 400, title: 'The columns of the file and of the mapping do not fit' },
  fileUnreadable: { status: 400, title: 'The file cannot be read in the stated format' },
  fileUnknown: { status: 404, title: 'There is no such uploaded file' },
  fileMissing: { status: 400, title: 'Upload exactly one file' },
  fileChanged: { status: 409, title: 'The file was changed or removed since the import began' },
  mappingUnknown: { status: 404, title: 'There is no mapping of this name' },
  importUnknown: { status: 404, title: 'There is no such import' },
  importOver: { status: 409, title: 'The state of the import does not allow this' },
})
