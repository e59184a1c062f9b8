import '../creatives/creatives.css'
import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { getCreative } from '../creatives/creative-calls.ts'
import { draftOf } from '../creatives/draft.ts'
import { PreviewPanel } from '../creatives/preview-panel.tsx'
import { Loaded } from '../ui/states.tsx'

/** A creative as its recipient will see it: of a sample person, or of a real one by number. */
export const CreativePreview = ({ id, name, onClose }: { id: number; name: string; onClose: () => void }) => {
  const creative = useQuery({
    queryKey: ['creatives', 'one', id],
    queryFn: ({ signal }) => getCreative(id, signal),
  })
  return (
    <Modal open width={520} title={name} footer={null} onCancel={onClose}>
      <Loaded query={creative} lines={6} compact>
        {(found) => <PreviewPanel draft={draftOf(found)} />}
      </Loaded>
    </Modal>
  )
}
