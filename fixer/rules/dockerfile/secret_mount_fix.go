package dockerfile

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// mountFix offers the mount for an ARG with a secret, or says why there is no
// such fix.
func mountFix(p *fixer.Pass, i *dockerfile.Instruction, pair dockerfile.Pair) (fix fixer.Fix, why string) {
	for _, v := range p.Topology().Users(p.File.Path) {
		if v.PassesBuildArg(pair.Key) {
			return fix, fmt.Sprintf("%s passes the secret to service %s; the fix of cross/build-secret changes both files", v.File, v.Name)
		}
	}
	m, why := build.Of(p.File).MountSecret(pair.Key)
	if why != "" {
		return fix, why
	}
	return fixer.Fix{
		ID: "secret-mount", Title: fmt.Sprintf("Pass %s to %s with a secret mount", pair.Key, m.Lines()), Level: fixer.Review,
		Breaks: m.Breaks(),
		Verify: fmt.Sprintf("docker build --secret id=%s -t IMAGE . && docker history --no-trunc IMAGE\nsucceeds with %s set in the environment, and shows no secret", pair.Key, pair.Key),
		Edit:   fixer.EditDockerfile(func() ([]text.Edit, error) { return m.Edits() }),
	}, ""
}
