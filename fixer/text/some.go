package text

import (
	"fmt"
	"strings"
)

// Some joins the first few of a list with commas, and counts the others.
func Some(list []string) string {
	const shown = 6
	if len(list) <= shown+1 {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:shown], ", ") + fmt.Sprintf(" and %d more", len(list)-shown)
}
