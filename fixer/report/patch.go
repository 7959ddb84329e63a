package report

import (
	"io"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/engine"
	"github.com/oakum-sec/oakum/fixer/secret"
	"github.com/oakum-sec/oakum/fixer/text"
)

// contextLines is how many unchanged lines a patch shows around a change.
const contextLines = 3

// Patch writes the changes in the form `git apply` and `patch -p1` take, with
// paths relative to the root. The bytes are exact; on a terminal they are made
// visible-safe and coloured instead, without secrets, which is for looking only.
func (f *Fix) Patch(w io.Writer, st Style) error {
	for _, c := range f.Changes {
		diff := ""
		if st.Terminal || st.Color {
			diff = st.diff(f.veil.Over(c.Path, c.Kind, c.Before, c.After).Unified(c.Before, c.After, contextLines))
		} else {
			diff = text.Unified(c.Path, c.Before, c.After, contextLines)
		}
		if _, err := io.WriteString(w, diff); err != nil {
			return err
		}
	}
	if (st.Terminal || st.Color) && slices.ContainsFunc(f.Changes, func(c engine.Change) bool { return c.Kind.Secret() }) {
		_, err := io.WriteString(w, "Secrets are shown as "+secret.Hidden+". A patch with their values: oakum fix --patch FILE\n")
		return err
	}
	return nil
}

func (st Style) diff(diff string) string {
	var b strings.Builder
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", "    ")
		code := "0"
		switch {
		case strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "--- "):
			code = bold
		case strings.HasPrefix(line, "@@"):
			code = cyan
		case strings.HasPrefix(line, "+"):
			code = green
		case strings.HasPrefix(line, "-"):
			code = red
		}
		if code == "0" {
			b.WriteString(text.VisibleLine(line))
		} else {
			b.WriteString(st.paint(code, line))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
