import { idNumberOf } from '../../src/simulator/id-numbers.ts'
import { personOf } from '../../src/simulator/persons.ts'
import { phoneOf } from '../../src/simulator/phones.ts'
import { Random, seedOf } from '../../src/simulator/random.ts'

export interface MadeUpRecord {
  name: string
  idCard: string
  phone: string
  birthday: string
  gender: string
  address: string
}

/** Characters that sound alike: what is written down after a name was heard. */
const soundAlike = [
  '伟玮炜维威',
  '静晶婧京',
  '文雯',
  '杰洁捷',
  '明名铭',
  '晓小肖',
  '军君俊',
  '丽莉俐',
  '燕艳雁',
  '芳方',
  '红宏洪',
  '志智',
  '建健',
  '海凯',
  '佳家嘉',
  '宇雨羽玉',
  '欣新心鑫',
  '浩皓昊',
  '婷廷',
  '萍平',
]
const likeness = new Map(soundAlike.flatMap((group) => [...group].map((one) => [one, group] as const)))

const slip = (random: Random, digits: string): string => {
  const at = random.int(digits.length)
  return digits.slice(0, at) + String(random.int(10)) + digits.slice(at + 1)
}

/**
 * Records of made-up people as two systems of one company would hold them: most once, some twice or three times. A second
 * record knows the ID card in 45 of 100 cases and the phone unchanged in 55; names are misheard, birthdays mistyped, people
 * move; families share an address, a surname, sometimes a phone. Numbers and names are impossible or made up.
 * @returns person of each record in `people`
 */
export function* madeUpRecords(records: number): Generator<{ person: number; record: MadeUpRecord }> {
  const seed = seedOf('identity bench')
  const random = new Random()
  let made = 0
  let neighbour = { name: '', address: '', phone: '' }
  for (let person = 0; made < records; person++) {
    const { name, birthday, male, address, city } = personOf(seed, person, 2026)
    const { idCard } = idNumberOf(seed, person, {
      province: city.provinceCode,
      birthYear: Number(birthday.slice(0, 4)),
      male,
    })
    random.start(seed, 4, person)
    // One in seven lives with the one before, one in fifty gives that one's phone: families are not one person.
    const family = random.chance(0.15) && neighbour.address !== ''
    const first: MadeUpRecord = {
      name: family ? neighbour.name.charAt(0) + name.slice(1) : name,
      idCard,
      phone: family && random.chance(0.14) ? neighbour.phone : phoneOf(seed, person),
      birthday: `${idCard.slice(6, 10)}-${idCard.slice(10, 12)}-${idCard.slice(12, 14)}`,
      gender: male ? '男' : '女',
      address: family ? neighbour.address : address,
    }
    neighbour = first
    const draw = random.float()
    const copies = draw < 0.8 ? 1 : draw < 0.96 ? 2 : 3
    for (let copy = 0; copy < copies && made < records; copy++, made++) {
      if (copy === 0) {
        yield { person, record: { ...first, idCard: random.chance(0.6) ? first.idCard : '' } }
        continue
      }
      const again = { ...first }
      if (random.chance(0.55)) again.idCard = ''
      if (random.chance(0.3)) again.phone = phoneOf(seed, person * 7 + 3, 1)
      else if (random.chance(0.1)) again.phone = ''
      else if (random.chance(0.05)) again.phone = slip(random, again.phone)
      if (random.chance(0.08)) {
        const characters = [...again.name]
        const at = 1 + random.int(Math.max(1, characters.length - 1))
        const group = likeness.get(characters[at] ?? '')
        if (group) characters[at] = group.charAt(random.int(group.length))
        again.name = characters.join('')
      }
      if (random.chance(0.05)) {
        const [year, month, day] = again.birthday.split('-')
        again.birthday =
          Number(day) <= 12
            ? `${year}-${day}-${month}`
            : `${year}-${month}-${String(1 + random.int(28)).padStart(2, '0')}`
      } else if (random.chance(0.1)) again.birthday = ''
      const fate = random.float()
      if (fate < 0.2) again.address = personOf(seed, person + 500_000_000, 2026).address
      else if (fate < 0.36) again.address = again.address.replace(/\d+栋.*$/u, '')
      else if (fate < 0.46) again.address = ''
      if (random.chance(0.1)) again.gender = ''
      yield { person, record: again }
    }
  }
}
