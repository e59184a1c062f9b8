import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Addresses that are not the public internet: RFC 6890 and its registry. */
const inside = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inside.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(net, prefix, 'ipv6')

/**
 * Addresses where nobody's receiver or provider is, though they are inside: of this link only, where clouds tell a machine its own
 * secrets (169.254.169.254, and those of Alibaba, Oracle and AWS over IPv6), of groups, and reserved.
 */
const never = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  never.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 128],
  ['64:ff9b::', 96],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  never.addSubnet(net, prefix, 'ipv6')

/** Whether an IP address is one that is never called, whoever asks for it. */
const isNever = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return never.check(mapped, 'ipv4')
  const family = isIP(address)
  return family === 0 || /^(0*:)*:?ffff:/i.test(address) || never.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a host is written as an address that is never called. */
export const namesNever = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '')
  return isIP(bare) > 0 && isNever(bare)
}

/** Whether an IP address belongs to this machine or a private network. */
export const isInside = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return inside.check(mapped, 'ipv4')
  const family = isIP(address)
  // An IPv4 address inside an IPv6 one is written in many ways: none of them is a public receiver.
  if (family === 6 && /^(0*:)*:?ffff:/i.test(address)) return true
  return family === 0 || inside.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a host can be seen to be inside without asking anyone. */
export const namesInside = (host: string): boolean => {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare.endsWith('.localhost') || (isIP(bare) > 0 && isInside(bare))
}

/**
 * What keeps a message to an outside receiver from leaving: `credentials` in the address, `notEncrypted`, or a host that is `inside`.
 * @param address a whole URL
 */
export const targetFault = (
  address: string,
  allowInside: boolean,
): 'credentials' | 'notEncrypted' | 'inside' | undefined => {
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return 'credentials'
  if (namesNever(url.hostname)) return 'inside'
  if (allowInside) return undefined
  // What is told of people is not sent over the open net in clear.
  if (url.protocol !== 'https:') return 'notEncrypted'
  return namesInside(url.hostname) ? 'inside' : undefined
}

/** The address is checked when it is connected to, so that a name cannot point elsewhere by then. */
const lookupBut =
  (refused: (address: string) => boolean): LookupFunction =>
  (host, options, callback) =>
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      if (addresses.some(({ address }) => refused(address)))
        return callback(Object.assign(new Error('the name leads to a private address'), { code: 'EINSIDE' }), '')
      const [first] = addresses
      if (options.all) return callback(null, addresses)
      callback(null, first?.address ?? '', first?.family)
    })

export const publicOnly = lookupBut(isInside)
/** For addresses that may be inside: all but those that are never called. */
export const notNever = lookupBut(isNever)
