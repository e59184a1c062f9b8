import { weighted } from './random.ts'

export interface City {
  name: string
  province: string
  /** First two digits of the province in GB/T 2260. */
  provinceCode: string
  /** 1 first tier … 4 small city; drives income. */
  tier: 1 | 2 | 3 | 4
}

interface Province {
  name: string
  code: string
  /** City, tier and resident population in units of 10,000 (census of 2020, rounded). */
  cities: readonly (readonly [name: string, tier: 1 | 2 | 3 | 4, population: number])[]
}

const provinces: readonly Province[] = [
  { name: '北京市', code: '11', cities: [['北京市', 1, 2189]] },
  { name: '天津市', code: '12', cities: [['天津市', 2, 1387]] },
  {
    name: '河北省',
    code: '13',
    cities: [
      ['石家庄市', 2, 1124],
      ['保定市', 3, 924],
      ['邯郸市', 4, 941],
      ['唐山市', 3, 772],
      ['沧州市', 4, 730],
      ['廊坊市', 3, 546],
    ],
  },
  {
    name: '山西省',
    code: '14',
    cities: [
      ['太原市', 2, 530],
      ['临汾市', 4, 398],
      ['运城市', 4, 477],
      ['大同市', 4, 311],
    ],
  },
  {
    name: '内蒙古自治区',
    code: '15',
    cities: [
      ['呼和浩特市', 3, 345],
      ['包头市', 3, 271],
      ['赤峰市', 4, 404],
    ],
  },
  {
    name: '辽宁省',
    code: '21',
    cities: [
      ['沈阳市', 2, 907],
      ['大连市', 2, 745],
      ['鞍山市', 4, 333],
      ['锦州市', 4, 270],
    ],
  },
  {
    name: '吉林省',
    code: '22',
    cities: [
      ['长春市', 2, 907],
      ['吉林市', 4, 362],
    ],
  },
  {
    name: '黑龙江省',
    code: '23',
    cities: [
      ['哈尔滨市', 2, 1001],
      ['齐齐哈尔市', 4, 407],
      ['大庆市', 4, 278],
    ],
  },
  { name: '上海市', code: '31', cities: [['上海市', 1, 2487]] },
  {
    name: '江苏省',
    code: '32',
    cities: [
      ['苏州市', 2, 1275],
      ['南京市', 2, 931],
      ['徐州市', 3, 908],
      ['南通市', 3, 773],
      ['无锡市', 2, 746],
      ['盐城市', 3, 671],
      ['常州市', 3, 528],
      ['淮安市', 4, 456],
      ['扬州市', 3, 456],
    ],
  },
  {
    name: '浙江省',
    code: '33',
    cities: [
      ['杭州市', 2, 1194],
      ['温州市', 3, 957],
      ['宁波市', 2, 940],
      ['金华市', 3, 705],
      ['台州市', 3, 662],
      ['嘉兴市', 3, 540],
      ['绍兴市', 3, 527],
    ],
  },
  {
    name: '安徽省',
    code: '34',
    cities: [
      ['合肥市', 2, 937],
      ['阜阳市', 4, 820],
      ['六安市', 4, 439],
      ['安庆市', 4, 417],
      ['芜湖市', 3, 364],
    ],
  },
  {
    name: '福建省',
    code: '35',
    cities: [
      ['泉州市', 3, 878],
      ['福州市', 2, 829],
      ['厦门市', 2, 516],
      ['漳州市', 4, 505],
    ],
  },
  {
    name: '江西省',
    code: '36',
    cities: [
      ['赣州市', 4, 897],
      ['上饶市', 4, 649],
      ['南昌市', 3, 626],
      ['九江市', 4, 460],
    ],
  },
  {
    name: '山东省',
    code: '37',
    cities: [
      ['临沂市', 3, 1102],
      ['青岛市', 2, 1007],
      ['潍坊市', 3, 939],
      ['济南市', 2, 920],
      ['菏泽市', 4, 880],
      ['济宁市', 4, 836],
      ['烟台市', 3, 710],
    ],
  },
  {
    name: '河南省',
    code: '41',
    cities: [
      ['郑州市', 2, 1260],
      ['南阳市', 4, 971],
      ['周口市', 4, 903],
      ['商丘市', 4, 782],
      ['洛阳市', 3, 706],
      ['新乡市', 4, 625],
    ],
  },
  {
    name: '湖北省',
    code: '42',
    cities: [
      ['武汉市', 2, 1233],
      ['黄冈市', 4, 588],
      ['襄阳市', 3, 526],
      ['荆州市', 4, 523],
      ['宜昌市', 3, 402],
    ],
  },
  {
    name: '湖南省',
    code: '43',
    cities: [
      ['长沙市', 2, 1005],
      ['衡阳市', 4, 665],
      ['邵阳市', 4, 656],
      ['常德市', 4, 528],
      ['株洲市', 3, 390],
    ],
  },
  {
    name: '广东省',
    code: '44',
    cities: [
      ['广州市', 1, 1868],
      ['深圳市', 1, 1756],
      ['东莞市', 2, 1047],
      ['佛山市', 2, 950],
      ['湛江市', 4, 698],
      ['惠州市', 3, 604],
      ['汕头市', 3, 550],
      ['中山市', 3, 442],
      ['珠海市', 3, 244],
    ],
  },
  {
    name: '广西壮族自治区',
    code: '45',
    cities: [
      ['南宁市', 3, 874],
      ['玉林市', 4, 580],
      ['桂林市', 4, 493],
      ['柳州市', 3, 416],
    ],
  },
  {
    name: '海南省',
    code: '46',
    cities: [
      ['海口市', 3, 287],
      ['三亚市', 3, 103],
    ],
  },
  { name: '重庆市', code: '50', cities: [['重庆市', 2, 3205]] },
  {
    name: '四川省',
    code: '51',
    cities: [
      ['成都市', 2, 2094],
      ['南充市', 4, 561],
      ['达州市', 4, 539],
      ['绵阳市', 3, 487],
      ['宜宾市', 4, 459],
    ],
  },
  {
    name: '贵州省',
    code: '52',
    cities: [
      ['毕节市', 4, 690],
      ['遵义市', 4, 661],
      ['贵阳市', 3, 599],
    ],
  },
  {
    name: '云南省',
    code: '53',
    cities: [
      ['昆明市', 2, 846],
      ['曲靖市', 4, 577],
      ['昭通市', 4, 509],
    ],
  },
  { name: '西藏自治区', code: '54', cities: [['拉萨市', 4, 87]] },
  {
    name: '陕西省',
    code: '61',
    cities: [
      ['西安市', 2, 1295],
      ['渭南市', 4, 469],
      ['咸阳市', 4, 396],
    ],
  },
  {
    name: '甘肃省',
    code: '62',
    cities: [
      ['兰州市', 3, 436],
      ['天水市', 4, 298],
    ],
  },
  { name: '青海省', code: '63', cities: [['西宁市', 4, 247]] },
  { name: '宁夏回族自治区', code: '64', cities: [['银川市', 4, 286]] },
  {
    name: '新疆维吾尔自治区',
    code: '65',
    cities: [
      ['乌鲁木齐市', 3, 405],
      ['喀什市', 4, 78],
    ],
  },
]

/** Cities in proportion to the people who live there. */
export const cities = weighted(
  provinces.flatMap((province) =>
    province.cities.map(([name, tier, population]) => {
      const city: City = { name, province: province.name, provinceCode: province.code, tier }
      return [city, population] as const
    }),
  ),
)

/** People often hold the identity number of the province they were born in; this draws where. */
export const birthProvinces = weighted(
  provinces.map(
    (province) => [province.code, province.cities.reduce((sum, [, , population]) => sum + population, 0)] as const,
  ),
)

/** Street names that half the country's towns have. */
export const streets = [
  '人民路',
  '中山路',
  '解放路',
  '建设路',
  '和平路',
  '新华路',
  '文化路',
  '光明路',
  '胜利路',
  '长江路',
  '黄河路',
  '青年路',
  '学府路',
  '工业路',
  '滨河路',
  '迎宾大道',
  '朝阳街',
  '幸福街',
  '东风路',
  '友谊路',
] as const
