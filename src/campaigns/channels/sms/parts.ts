/**
 * Messages a text is charged as: 70 characters in one, 67 in each part of a longer one.
 * Source: rules of sending of Aliyun and Tencent Cloud; a character is a UTF-16 unit, as UCS-2 counts.
 */
export const smsParts = (text: string): number => (text.length <= 70 ? 1 : Math.ceil(text.length / 67))
