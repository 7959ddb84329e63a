package compose

import (
	"slices"
	"strings"
)

// PassesBuildArg reports whether the service passes a build argument, in its
// own file or in one that completes it.
func (v View) PassesBuildArg(name string) bool {
	parts := []*Service{v.Service}
	for _, p := range slices.Concat(v.Bases, v.Overrides) {
		parts = append(parts, p.Service)
	}
	return slices.ContainsFunc(parts, func(s *Service) bool {
		args := s.Node.Get("build").Get("args")
		if args.Get(name) != nil {
			return true
		}
		for _, item := range args.List() {
			if key, _, _ := strings.Cut(item.Text(), "="); key == name {
				return true
			}
		}
		return false
	})
}
