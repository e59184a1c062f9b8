/** Three strings of the guqin; the middle one sounds. 知音: the friend who hears what is played. */
export const BrandMark = ({ size = 34 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="#1b3b36" />
    <g fill="none" strokeLinecap="round" strokeWidth="2">
      <path stroke="#6f918b" d="M7 9h18M7 23h18" />
      <path stroke="#4cc3b2" d="M7 16c2.2 0 2.6-4 4.5-4s2.6 8 4.5 8 2.6-8 4.5-8 2.3 4 4.5 4" />
    </g>
    <circle cx="25" cy="16" r="2.2" fill="#d9573e" />
  </svg>
)

export const Brand = () => (
  <>
    <BrandMark />
    <span className="brand-name" lang="zh-CN">
      知音
      <span className="brand-latin" lang="en">
        Zhiyin
      </span>
    </span>
  </>
)
