package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// report fills in the place of an instruction: its structural path, unless the
// rule says more, and its bytes.
func report(p *fixer.Pass, i *dockerfile.Instruction, f fixer.Finding) {
	if f.Path == "" {
		f.Path = place(p.File.Dockerfile, i)
	}
	if f.End == 0 {
		f.Start, f.End = i.Start, i.End
	}
	p.Report(f)
}

// place names an instruction of the file, not a trigger, by its stage and its
// number among its kind. What a fix takes out or puts in has no number, or
// comes after the others, so that the name of a neighbour stays what it is:
// see also [variablePlace].
func place(f *dockerfile.File, i *dockerfile.Instruction) string {
	if i.Keyword == "FROM" {
		return stagePath(i.Stage) + ": FROM"
	}
	where, list := "before FROM", f.MetaArgs
	if i.Stage != nil {
		where, list = stagePath(i.Stage), i.Stage.Instructions
	}
	kind := uncounted(i)
	n, beside := 1, 1
	for k, o := range list {
		if lastWins(i) {
			o = list[len(list)-1-k] // all but the last may be taken out
		}
		if o == i {
			break
		}
		if ordinalKeyword(o) != ordinalKeyword(i) {
			continue
		}
		switch uncounted(o) {
		case "":
			n, beside = n+1, 1
		case kind:
			beside++
		}
	}
	switch {
	case kind != "" && beside > 1:
		return fmt.Sprintf("%s: %s before RUN[%d] (%d)", where, kind, n, beside)
	case kind != "":
		return fmt.Sprintf("%s: %s before RUN[%d]", where, kind, n)
	}
	return fmt.Sprintf("%s: %s[%d]", where, ordinalKeyword(i), n)
}

// variablePlace names the ARG or ENV that an instruction has for a variable, by
// the variable: a fix takes such instructions out, which must not give the name
// of one to another.
func variablePlace(f *dockerfile.File, i *dockerfile.Instruction, name string) string {
	if i.Trigger != nil {
		return place(f, i) + " " + name
	}
	where, list := "before FROM", f.MetaArgs
	if i.Stage != nil {
		where, list = stagePath(i.Stage), i.Stage.Instructions
	}
	n := 1
	for _, o := range list {
		if o == i {
			break
		}
		if _, ok := o.Pair(name); ok && o.Keyword == i.Keyword {
			n++
		}
	}
	if n > 1 {
		return fmt.Sprintf("%s: %s %s[%d]", where, i.Keyword, name, n)
	}
	return fmt.Sprintf("%s: %s %s", where, i.Keyword, name)
}

// lastWins reports whether an instruction is of a kind of which only the last
// one counts.
func lastWins(i *dockerfile.Instruction) bool {
	return i.Keyword == "CMD" || i.Keyword == "ENTRYPOINT" || i.Keyword == "HEALTHCHECK"
}

// uncounted says what a RUN is that a fix may take out or put in; "" for all
// others, which are counted.
func uncounted(i *dockerfile.Instruction) string {
	switch {
	case i.Keyword != "RUN" || i.JSON || len(i.Heredocs) > 0:
		return ""
	case bareFetch(i):
		return "lists"
	case bareGift(i):
		return "owner"
	}
	return ""
}

// openRoot lets a user enter the home of root.
const openRoot = "chmod 755 /root"

// bareGift reports whether a RUN does nothing but make directories and give them
// to a user, as the fix of runs-as-root adds one.
func bareGift(i *dockerfile.Instruction) bool {
	text := i.Text()
	if !strings.HasPrefix(text, "mkdir -p ") && !strings.HasPrefix(text, "chown ") && !strings.HasPrefix(text, openRoot) || strings.ContainsAny(text, ";|<>$()`\"'") {
		return false
	}
	gives := false
	for part := range strings.SplitSeq(text, "&&") {
		part = strings.TrimSpace(part)
		gives = gives || strings.HasPrefix(part, "chown ") || part == openRoot
		if !strings.HasPrefix(part, "mkdir -p ") && !strings.HasPrefix(part, "chown ") && part != openRoot {
			return false
		}
	}
	return gives
}

// ordinalKeyword is what an instruction is counted among. ADD and COPY are one kind,
// because a fix turns one into the other and must not renumber the rest.
func ordinalKeyword(i *dockerfile.Instruction) string {
	if i.Keyword == "ADD" || i.Keyword == "COPY" {
		return "ADD/COPY"
	}
	return i.Keyword
}

// bareFetch reports whether the text of a RUN does nothing but fetch package
// lists: a fix takes it out. The lists may be deleted again, which another fix adds.
func bareFetch(i *dockerfile.Instruction) bool {
	// No pattern and no list of words, and most texts are told by their first
	// letter: place asks this of every RUN.
	text := i.Text()
	if text == "" || strings.IndexByte("asz \t", text[0]) < 0 {
		return false
	}
	fetch, cleaning, chained := strings.Cut(text, "&&")
	if chained && (!strings.HasPrefix(strings.TrimLeft(cleaning, " \t"), "rm ") || strings.ContainsAny(cleaning, "&;|")) {
		return false
	}
	fetch = strings.TrimPrefix(fetch, "sudo ")
	program, rest, _ := strings.Cut(strings.TrimSpace(fetch), " ")
	switch program {
	case "apt", "apt-get", "aptitude", "apk", "zypper":
	default:
		return false
	}
	if strings.ContainsAny(rest, "&;|<>$#()`") {
		return false
	}
	for word := range strings.FieldsSeq(rest) {
		if word == "update" || word == "refresh" || word == "ref" {
			return true
		}
	}
	return false
}

func stagePath(s *dockerfile.Stage) string {
	if s.Name != "" {
		return "stage " + s.Name
	}
	return "stage " + strconv.Itoa(s.Index)
}

// source names an instruction as the origin of a piece of evidence.
func source(p *fixer.Pass, i *dockerfile.Instruction) string {
	return p.File.Path + ":" + strconv.Itoa(i.Line)
}

// matchCase writes a keyword in lower case where most of the file's instructions
// are. BuildKit's checks want one case for all.
func matchCase(f *dockerfile.File, keyword string) string {
	lower := 0
	for _, i := range f.Instructions {
		switch i.Name.Raw {
		case strings.ToLower(i.Name.Raw):
			lower++
		case i.Keyword:
			lower--
		}
	}
	if lower > 0 {
		return strings.ToLower(keyword)
	}
	return keyword
}

// maxShown bounds what is said of the sources of one ADD.
const maxShown = 3

// brief lists names for a message, the first few of them.
func brief(names []string) string {
	if len(names) > maxShown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxShown], ", "), len(names)-maxShown)
	}
	return strings.Join(names, ", ")
}

// edit returns a fix's edits that were found when the file was checked.
func edit(edits []text.Edit) func(*fixer.Draft) error {
	return func(d *fixer.Draft) error {
		d.Dockerfile(edits)
		return nil
	}
}

// contractField is the part of the runtime contract that the text of an
// instruction is; none for RUN.
func contractField(i *dockerfile.Instruction) []dockerfile.Field {
	switch i.Keyword {
	case "HEALTHCHECK":
		return []dockerfile.Field{dockerfile.FieldHealthcheck}
	case "CMD":
		return []dockerfile.Field{dockerfile.FieldCmd}
	case "ENTRYPOINT":
		return []dockerfile.Field{dockerfile.FieldEntrypoint}
	}
	return nil
}
