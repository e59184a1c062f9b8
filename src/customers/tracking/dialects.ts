type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * A posthog-node message in Segment's shape: `$identify`, `$create_alias`, `$groupidentify` and `$pageview` are calls of
 * their own there, `uuid` is the message id, `$set` holds traits.
 */
export const fromPosthog = (raw: unknown): unknown => {
  if (!isFields(raw)) return raw
  const { event, uuid, timestamp, distinct_id, properties: given } = raw
  const properties = isFields(given) ? given : {}
  const {
    $set,
    $set_once,
    $lib,
    $lib_version,
    $ip,
    $current_url,
    $geoip_disable: _geo,
    $is_server: _server,
    distinct_id: _distinct,
    token: _token,
    ...rest
  } = properties
  const traits = {
    ...(isFields($set_once) ? $set_once : {}),
    ...(isFields($set) ? $set : {}),
    ...(isFields(raw.$set) ? raw.$set : {}),
  }
  // What any capture says of the person is true of him whatever happened.
  const said = Object.keys(traits).length > 0 ? { traits } : {}
  const common = {
    messageId: uuid ?? raw.messageId,
    timestamp,
    userId: distinct_id ?? properties.distinct_id,
    ...(typeof properties.$anon_distinct_id === 'string' && { anonymousId: properties.$anon_distinct_id }),
    context: {
      library: { name: $lib ?? 'posthog', version: $lib_version ?? '' },
      ...($ip !== undefined && { ip: $ip }),
      ...($current_url !== undefined && { page: { url: $current_url } }),
    },
  }
  switch (event) {
    case '$identify':
    case '$set':
      return { type: 'identify', ...common, traits }
    case '$create_alias':
      return { type: 'alias', ...common, userId: properties.alias, previousId: distinct_id ?? properties.distinct_id }
    case '$groupidentify':
      return {
        type: 'group',
        ...common,
        groupId: properties.$group_key,
        traits: isFields(properties.$group_set) ? properties.$group_set : {},
      }
    case '$pageview':
      return { type: 'page', ...common, properties: rest, ...said }
    case '$screen':
      return { type: 'screen', ...common, name: properties.$screen_name, properties: rest, ...said }
    default:
      return {
        type: 'track',
        ...common,
        event,
        properties: rest,
        ...said,
      }
  }
}

/** @jitsu/js sends Segment's shape with its own envelope fields. */
export const fromJitsu = (raw: unknown): unknown => {
  if (!isFields(raw)) return raw
  const { writeKey: _writeKey, requestIp, ...message } = raw
  return requestIp === undefined
    ? message
    : { ...message, context: { ...(isFields(message.context) ? message.context : {}), ip: requestIp } }
}
