package main

import (
	"github.com/oakum-sec/oakum/fixer/project"
	"github.com/oakum-sec/oakum/fixer/report"
)

// hints gives a report the arguments of the commands that it names.
func (f *selectFlags) hints(s *report.Scan, paths []string) {
	s.Arguments = f.arguments(paths)
	if s.OneByOne = s.Arguments; len(paths) > 1 {
		s.OneByOne = f.arguments(nil)
	}
}

func (f *selectFlags) arguments(paths []string) string {
	return project.Arguments(map[string][]string{"--select": f.only, "--ignore": f.ignore, "--allow-registry": f.allow},
		map[string]bool{"--generated": f.generated, "--no-ignore": f.noIgnore}, paths)
}
