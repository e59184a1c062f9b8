import assert from 'node:assert/strict'
import test from 'node:test'
import { normaliseText } from '#platform'
import { addressLikeness, readAddress as readPlain } from './address.ts'

const readAddress = (raw: string) => readPlain(normaliseText(raw))

const like = (a: string, b: string) => addressLikeness(readAddress(a), readAddress(b))

test('an address is taken apart', () => {
  assert.deepEqual(readAddress('广东省深圳市南山区 科技园路18号3栋2单元501室'), {
    text: '广东省深圳市南山区科技园路18号3栋2单元501室',
    province: '广东',
    city: '深圳',
    district: '南山',
    road: '科技园路',
    number: '18',
    room: '3-2-501',
  })
  const shanghai = readAddress('上海市浦东新区世纪大道1000弄12号602')
  assert.equal(shanghai.city, '上海')
  assert.equal(shanghai.district, '浦东新')
  assert.equal(shanghai.road, '世纪大道')
  assert.equal(shanghai.number, '1000')
  assert.equal(readAddress('杭州市文三路三十二号').number, '32')
  assert.equal(readAddress('杭州市文三路一〇二号').number, '102')
})

test('writing does not part addresses; another room or house does', () => {
  assert.equal(like('广东省深圳市南山区科技园路18号3栋501室', '深圳市南山区科技园路 18 号 3 幢 501'), 'same')
  assert.equal(like('深圳市南山区科技园路18号3栋501室', '深圳市南山区科技园路十八号'), 'house')
  assert.equal(like('深圳市南山区科技园路18号', '深圳市南山区科技园路20号'), 'road')
  assert.equal(like('深圳市南山区科技园路18号', '深圳市南山区深南大道9号'), 'district')
  assert.equal(like('深圳市南山区科技园路18号', '深圳市福田区深南大道9号'), 'city')
  assert.equal(like('深圳市南山区科技园路18号', '广州市天河区科技园路18号'), 'other')
  assert.equal(like('臺北市中正區重慶南路1號', '台北市中正区重庆南路1号'), 'same')
})
