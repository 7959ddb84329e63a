export function count(text: string): Record<string, number> {
  const out: Record<string, number> = {}
  for (const word of text.split(' ')) out[word] = (out[word] ?? 0) + 1
  return out
}
