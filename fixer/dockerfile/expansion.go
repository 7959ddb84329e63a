package dockerfile

import "maps"

// MaxExpandedSize returns an upper bound, in bytes, for all words of the file after
// their variables are replaced, each stage once. ENV A=$A$A doubles with every
// line, so that a small file can need more memory than there is; a caller that
// passes a file to a program that expands it checks this first.
//
// Variables the file does not set count as empty, as they do in a build that is
// given none.
func (f *File) MaxExpandedSize() int {
	const most = 1 << 40
	total := 0
	sizes := make([]map[string]int, len(f.Stages))
	globals := map[string]int{}
	grow := func(vars map[string]int, raw string) int {
		n, times := len(raw), 1
		for _, r := range references(raw, f.Escape) {
			n += vars[r.name]
			if r.replace {
				times = len(raw) // ${A//?/long} writes "long" for each byte of A
			}
		}
		if n > most/times {
			return most
		}
		return n * times
	}
	declare := func(vars map[string]int, i *Instruction) {
		next := make(map[string]int, len(i.Pairs))
		for _, p := range i.Pairs {
			next[p.Key] = max(next[p.Key], grow(vars, p.Arg.Raw), globals[p.Key])
		}
		for k, n := range next {
			vars[k] = n
		}
	}
	for _, i := range f.MetaArgs {
		declare(globals, i)
	}
	for k, s := range f.Stages {
		vars := map[string]int{}
		if s.Parent != nil {
			maps.Copy(vars, sizes[s.Parent.Index])
		}
		for _, i := range s.Instructions {
			switch i.Keyword {
			case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL": // left to the shell
				total = min(most, total+len(i.Args.Raw))
			default:
				for _, w := range i.Words {
					total = min(most, total+grow(vars, w.Raw))
				}
			}
			if i.Keyword == "ENV" || i.Keyword == "ARG" {
				declare(vars, i)
			}
		}
		sizes[k] = vars
	}
	return total
}
