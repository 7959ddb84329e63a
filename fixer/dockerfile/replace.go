package dockerfile

import (
	"strings"

	"github.com/oakum-sec/oakum/fixer/text"
)

// ReplaceWord puts raw in the place of a word of the instruction: one of Words,
// the word of a flag or the part after its "=", of a pair, or of an option. The
// caller writes quotes as they are needed; see [Quote] for the exec form.
func (f *File) ReplaceWord(i *Instruction, w Word, raw string) ([]text.Edit, error) {
	if err := f.checkWord(i, w); err != nil {
		return nil, err
	}
	if raw == "" || strings.ContainsAny(raw, "\r\n\x00") {
		return nil, refuse(RefusedText, w.Line, "a word must not be empty or hold line endings")
	}
	return []text.Edit{{Start: w.Start, End: w.End, New: raw}}, nil
}

// ReplaceKeyword writes another keyword, in lower case when the old one was.
func (f *File) ReplaceKeyword(i *Instruction, keyword string) ([]text.Edit, error) {
	if i.Name.Raw == strings.ToLower(i.Name.Raw) {
		keyword = strings.ToLower(keyword)
	}
	return f.ReplaceWord(i, i.Name, keyword)
}

// ReplaceArgs replaces everything after the flags by raw.
func (f *File) ReplaceArgs(i *Instruction, raw string) ([]text.Edit, error) {
	if len(i.Heredocs) > 0 {
		return nil, refuse(RefusedHeredoc, i.Line, "the instruction has a heredoc body, which is never rewritten")
	}
	return f.ReplaceWord(i, i.Args, raw)
}

// AddFlag puts a flag such as --chown=1:1 before those that are there: after
// them it could land in an unclosed quote.
func (f *File) AddFlag(i *Instruction, flag string) ([]text.Edit, error) {
	if err := f.checkEdit(i); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(flag, "--") || strings.ContainsAny(flag, "\r\n\x00") {
		return nil, refuse(RefusedText, i.Line, "%q is not a flag", flag)
	}
	return []text.Edit{text.Insert(i.Name.End, " "+flag)}, nil
}

// AppendWord puts raw after the last argument of ENV, LABEL, ARG, EXPOSE or
// VOLUME. It refuses where the text would become part of the last word, as in
// the old form ENV NAME VALUE; shell text is the business of [Script].
func (f *File) AppendWord(i *Instruction, raw string) ([]text.Edit, error) {
	if err := f.checkEdit(i); err != nil {
		return nil, err
	}
	split := func(line string) []part { return splitSpaces(line, 0, len(line)) }
	switch i.Keyword {
	case "EXPOSE", "VOLUME":
	case "ENV", "LABEL", "ARG":
		split = func(line string) []part { return splitQuoted(line, 0, len(line), f.Escape) }
	default:
		return nil, refuse(RefusedKeyword, i.Line, "%s is not a list of words", i.Keyword)
	}
	if i.JSON {
		return nil, refuse(RefusedJSON, i.Line, "only plain words can be added to")
	}
	if len(split(raw)) != 1 || strings.ContainsAny(raw, "\r\n\x00") {
		return nil, refuse(RefusedText, i.Line, "what is added must be one word on one line")
	}
	if len(i.Pairs) > 0 && i.Pairs[0].Legacy || len(split(i.Args.Raw+" "+raw)) != len(i.Words)+1 {
		return nil, refuse(RefusedText, i.Line, "the last word of %s would swallow what is added", i.Keyword)
	}
	return []text.Edit{text.Insert(i.Args.End, " "+raw)}, nil
}

// DeletePair removes one pair of ENV, LABEL or ARG, and the whole instruction
// when it was the only one.
func (f *File) DeletePair(i *Instruction, p Pair) ([]text.Edit, error) {
	if len(i.Pairs) <= 1 {
		return f.Delete(i)
	}
	return f.DeleteWord(i, p.Word)
}

// DeleteFlag removes one flag.
func (f *File) DeleteFlag(i *Instruction, flag Flag) ([]text.Edit, error) {
	return f.DeleteWord(i, flag.Word)
}

// DeleteWord removes a word and the spaces before it. A word that has a
// continued line for itself takes the line with it. Words of the exec form are
// refused: their commas need more thought than a deletion.
func (f *File) DeleteWord(i *Instruction, w Word) ([]text.Edit, error) {
	if err := f.checkWord(i, w); err != nil {
		return nil, err
	}
	if i.JSON && w.Start >= i.Args.Start {
		return nil, refuse(RefusedJSON, w.Line, "words of the exec form are not deleted one by one")
	}
	if w.Start == i.Name.Start {
		return nil, refuse(RefusedKeyword, w.Line, "the keyword cannot be deleted; delete the instruction")
	}
	return []text.Edit{f.deletion(w)}, nil
}

// deletion finds the range to cut for a word that is not the first thing of its
// instruction.
func (f *File) deletion(w Word) text.Edit {
	src := f.Source
	lineFrom, lineTo := f.lines.Start(w.Line), f.lines.Next(w.Line)
	before := len(strings.TrimRight(string(src[lineFrom:w.Start]), " \t")) == 0
	after, more := "", false
	if w.End <= lineTo {
		rest := strings.TrimRight(string(src[w.End:lineTo]), "\r\n")
		cut, cont := continued([]byte(rest), f.Escape)
		after, more = strings.Trim(rest[:cut], " \t"), cont
	}
	switch {
	case before && after == "" && more:
		return text.Edit{Start: lineFrom, End: lineTo}
	case before && after == "":
		// The last word, alone on its line: the continuation before it goes
		// too, unless a comment stands between.
		if from, ok := f.continuationBefore(w.Line); ok {
			return text.Edit{Start: from, End: w.End}
		}
		return text.Edit{Start: w.Start, End: w.End}
	case before: // others follow on the line: keep the indentation
		end := w.End
		for end < lineTo && (src[end] == ' ' || src[end] == '\t') {
			end++
		}
		return text.Edit{Start: w.Start, End: end}
	}
	from := w.Start
	for from > lineFrom && (src[from-1] == ' ' || src[from-1] == '\t') {
		from--
	}
	return text.Edit{Start: from, End: w.End}
}

// continuationBefore returns where the spaces and the escape character begin
// that continue the line before the given one onto it.
func (f *File) continuationBefore(line int) (int, bool) {
	if line < 2 {
		return 0, false
	}
	from := f.lines.Start(line - 1)
	prev := f.Source[from:f.lines.End(line-1)]
	if isComment(prev) {
		return 0, false
	}
	cut, more := continued(prev, f.Escape)
	if !more {
		return 0, false
	}
	return from + len(strings.TrimRight(string(prev[:cut]), " \t")), true
}

// checkWord refuses words whose replacement would change more than the word.
func (f *File) checkWord(i *Instruction, w Word) error {
	if err := f.checkEdit(i); err != nil {
		return err
	}
	for _, h := range i.Heredocs {
		if w.End > h.Start {
			return refuse(RefusedHeredoc, w.Line, "the place lies in a heredoc body, which is never rewritten")
		}
	}
	if w.Start < i.Start || w.End > i.End {
		return refuse(RefusedText, w.Line, "the word does not belong to %s on line %d", i.Keyword, i.Line)
	}
	if len(i.Heredocs) > 0 && strings.Contains(w.Raw, "<<") {
		return refuse(RefusedHeredoc, w.Line, "the word opens a heredoc, which is never rewritten")
	}
	for _, c := range f.Comments {
		if c.Start > w.Start && c.End <= w.End {
			return refuse(RefusedComment, c.Line, "a comment stands inside the text that would be replaced")
		}
	}
	return nil
}
