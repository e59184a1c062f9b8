import { type ThemeConfig, theme } from 'antd'

const fontFamily =
  "'Noto Sans SC Variable', 'PingFang SC', 'Microsoft YaHei', system-ui, -apple-system, 'Segoe UI', sans-serif"

/** The Ant Design side of the palette in `styles.css`: ink, paper, teal, and cinnabar for what cannot be undone. */
export const antTheme = (mode: 'light' | 'dark', still: boolean): ThemeConfig => {
  const dark = mode === 'dark'
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      fontFamily,
      fontSize: 14,
      borderRadius: 8,
      controlHeight: 36,
      wireframe: false,
      motion: !still,
      colorPrimary: dark ? '#35a698' : '#0e766c',
      colorLink: dark ? '#5cc4b6' : '#0b6a61',
      colorError: dark ? '#e0684f' : '#bf3f27',
      colorWarning: dark ? '#d9a441' : '#b0741a',
      colorSuccess: dark ? '#4bb57f' : '#23834f',
      colorInfo: dark ? '#35a698' : '#0e766c',
      colorTextBase: dark ? '#e7eeec' : '#15211f',
      colorBgBase: dark ? '#131c1b' : '#ffffff',
      colorBgContainer: dark ? '#162120' : '#ffffff',
      colorBgElevated: dark ? '#1c2927' : '#ffffff',
      colorBorder: dark ? '#324240' : '#cbd5d0',
      colorBorderSecondary: dark ? '#243230' : '#e4e9e6',
      colorTextPlaceholder: dark ? '#7f908c' : '#7a8985',
      controlOutlineWidth: 3,
      controlOutline: dark ? 'rgba(53,166,152,.22)' : 'rgba(14,118,108,.16)',
      boxShadowSecondary: dark
        ? '0 12px 40px rgba(0,0,0,.55), 0 2px 8px rgba(0,0,0,.4)'
        : '0 12px 40px rgba(16,40,36,.14), 0 2px 8px rgba(16,40,36,.06)',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
      Modal: { titleFontSize: 17 },
      Tabs: { horizontalItemGutter: 24, titleFontSize: 14 },
      Segmented: { trackPadding: 3 },
      Tooltip: { colorBgSpotlight: dark ? '#2b3a38' : '#1d2b29' },
    },
  }
}
