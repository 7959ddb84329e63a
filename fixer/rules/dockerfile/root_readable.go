package dockerfile

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"oakum/fixer/dockerfile"
)

// closing finds, in the text of a RUN, what leaves files to root alone: modes
// that give others nothing, and root's home folder by another name.
var closing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bchmod\s+(?:-\w+\s+)*0?[0-7][0-7]0\b|\b(?:mkdir|install)\b[^;&|]*-m\s*0?[0-7][0-7]0\b|\bpip3?\s+install\b[^;&|]*--user\b|(?:^|\s|[=:"'])~(?:/|\s|$)|\$\{?HOME\b`)
})

// forRootAlone returns, in words, the first instruction that leaves something
// to root alone which the program may have to read. Which files it reads cannot
// be seen, so any is reason enough to leave the USER to a person.
func (s *subject) forRootAlone() string {
	for _, stage := range s.stage.Chain() {
		for _, i := range stage.Instructions {
			if what := closes(i); what != "" && !i.OnBuild {
				return fmt.Sprintf("%s on line %d %s", i.Keyword, i.Line, what)
			}
		}
	}
	return ""
}

func closes(i *dockerfile.Instruction) string {
	mode, opened := i.Flag("chmod")
	_, owned := i.Flag("chown")
	switch i.Keyword {
	case "RUN":
		if found := closing().FindString(i.Text()); found != "" {
			return fmt.Sprintf("(%s) leaves files to root alone", strings.TrimSpace(found))
		}
	case "ADD", "COPY":
		if owned || len(i.Words) == 0 {
			return ""
		}
		if opened && len(mode.Value) >= 3 && strings.HasSuffix(mode.Value, "0") {
			return "copies with mode " + mode.Value
		}
		if url := i.Words[0].Value; i.Keyword == "ADD" && !opened && (strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://")) {
			return "makes what it downloads a file of root's with mode 0600"
		}
	}
	return ""
}
