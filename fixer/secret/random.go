package secret

import (
	"math"
	"strings"
)

// Random reports whether a value is long, mixed and even enough that a program
// made it and no person, wherever it is written. Hexadecimal text is not counted:
// it is a checksum more often than a key.
func Random(value string) bool {
	if len(value) < 24 || len(value) > 256 {
		return false
	}
	var lower, upper, digit int
	for i := range len(value) {
		switch c := value[i]; {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= '0' && c <= '9':
			digit++
		case c == '+' || c == '=' || c == '_' || c == '-':
		default:
			return false
		}
	}
	return min(lower, upper, digit) >= 3 && entropy(value) >= 4
}

// LooksLikeKey reports whether a value may be a key where keys are kept, as in a
// Secret: it requires less than [Random], and counts hexadecimal text.
func LooksLikeKey(value string) bool {
	if len(value) < 20 || len(value) > 4096 || strings.ContainsAny(value, " \n\t:,") {
		return false
	}
	return entropy(value) >= 3.5 && strings.ContainsAny(value, "0123456789") && strings.ToLower(value) != strings.ToUpper(value)
}

// entropy returns the Shannon entropy of the value, in bits per byte.
func entropy(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			share := float64(n) / float64(len(value))
			bits -= share * math.Log2(share)
		}
	}
	return bits
}
