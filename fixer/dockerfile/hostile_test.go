package dockerfile

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/timetest"
)

// Files as large as allowed, of shapes that could cost more than their size.
func TestHostileSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the bounds are in seconds, and a race run is many times slower")
	}
	fill := func(head, unit string) string {
		return head + strings.Repeat(unit, (maxBytes-len(head))/len(unit))
	}
	most := func(unit string) string {
		return "FROM a\n" + strings.Repeat(unit, maxInstructions-1)
	}
	stages := "FROM a AS s0\n"
	for k := range maxStages - 1 {
		stages += fmt.Sprintf("FROM s%d AS s%d\nENV A%d=$B\nEXPOSE 80\n", k, k+1, k)
	}
	for name, src := range map[string]string{
		"too many to read":   fill("FROM a\n", "ARG a=$a\n"),
		"many arguments":     most("ARG " + strings.Repeat("a=$a ", 100) + "\n"),
		"many pairs":         fill("FROM a\nENV", " \\\n b=$c"),
		"many comments":      fill("FROM a\n", "#x\n"),
		"comments inside":    fill("FROM a\nRUN b \\\n", "#x\n"),
		"blank continuation": fill("FROM a\nRUN b \\\n", "\n"),
		"many commands":      most("RUN " + strings.Repeat("a && b; c;", 40) + "\n"),
		"many brackets":      fill("FROM a\n", "RUN "+strings.Repeat("(", 490)+"\n"),
		"many heredocs":      most("RUN <<E\nE\n"),
		"heredocs in a line": "FROM a\nRUN" + strings.Repeat(" <<E", 10000) + strings.Repeat("\nE", 10000) + "\n",
		"many words":         fill("FROM a\nEXPOSE", " \\\n8"),
		"quotes":             fill("FROM a\nLABEL a='", "\\\n\"$b"),
		"continuations":      fill("FROM a\nRUN ", "\\\n"),
		"nested stages":      stages,
	} {
		t.Run(name, func(t *testing.T) {
			timetest.Within(t, 10*time.Second, func() {
				f, err := Parse([]byte(src))
				if err != nil {
					return
				}
				Diff(f, f)
				f.MaxExpandedSize()
				for _, i := range f.Instructions {
					_, _ = f.Script(i)
				}
				for _, i := range f.Final().Instructions {
					f.Final().UserAt(i)
					_, _ = f.InsertBefore(i, "USER 1")
				}
			})
		})
	}
}
