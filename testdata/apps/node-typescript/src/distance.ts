export interface Place {
  latitude: number
  longitude: number
}

const radius = 6371

export function distance(from: Place, to: Place): number {
  const angle = (degrees: number) => (degrees * Math.PI) / 180
  const a =
    Math.sin(angle(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(angle(from.latitude)) * Math.cos(angle(to.latitude)) * Math.sin(angle(to.longitude - from.longitude) / 2) ** 2
  return Math.round(2 * radius * Math.asin(Math.sqrt(a)))
}
