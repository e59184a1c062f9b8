import { OfferContent } from '../offers/offer-contract.ts'
import type { SendRequest } from './send-request.ts'
import { type VersionFacts, versionKey } from './versions.ts'

const parsed = new Map<string, OfferContent>()
const mostKept = 2_000

/** The offer of a request as it was frozen with the version that runs; undefined for a request without one. */
export const frozenOffer = (
  request: Pick<SendRequest, 'campaignId' | 'version' | 'offerId'>,
  versions: ReadonlyMap<string, VersionFacts>,
): OfferContent | undefined => {
  const { offerId } = request
  if (offerId === undefined) return undefined
  const frozen = versions.get(versionKey(request.campaignId, request.version))?.offers[String(offerId)]
  if (!frozen) return undefined
  let content = parsed.get(frozen.hash)
  if (!content) {
    if (parsed.size > mostKept) parsed.clear()
    content = OfferContent.parse(frozen.content)
    parsed.set(frozen.hash, content)
  }
  return content
}
