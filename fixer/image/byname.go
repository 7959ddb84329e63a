package image

import (
	"path"
	"strings"
)

// byName finds the family that a repository has the name of, of which nothing else
// is known: owner/nginx, registry.example.com/team/postgres. Most such images are
// made from the family's or after it, and some are not, so nothing is proven
// by it: every field is unverified. A base to build upon (alpine, node) is not
// taken for one: what is in an image of that name is for its owner to say.
func (t *table) byName(ref Reference) (*Entry, bool) {
	if ref.Registry == DockerHub && strings.HasPrefix(ref.Repository, officialPath) {
		return nil, false // a name without an owner is an official image, or is built by whoever wrote it
	}
	repo, ok := t.names[path.Base(ref.Repository)]
	if !ok {
		return nil, false
	}
	family := ref
	family.Registry, family.Repository, _ = strings.Cut(repo, "/")
	e, ok := t.known(family)
	if !ok || e.NonRoot.Support == SupportApp {
		return nil, false
	}
	e.ByName = true
	doubt := Source{Method: ByName, Note: e.ID}
	for _, field := range Fields() {
		e.Provenance[field] = append(e.Provenance[field][:len(e.Provenance[field]):len(e.Provenance[field])], doubt)
	}
	return e, true
}

// familyNames returns the names by which families are known, each with the
// repository that has it: those of official images, and those of families that
// are called as their repository is. A name that two families share is none.
func familyNames(families []heading) map[string]string {
	names, owners := map[string]string{}, map[string]string{}
	for _, official := range []bool{true, false} {
		for _, f := range families {
			for _, repo := range f.Repos {
				name := path.Base(repo)
				is := strings.HasPrefix(repo, DockerHub+"/"+officialPath)
				if strings.Contains(repo, "*") || is != official || !official && name != f.ID {
					continue
				}
				switch owner, taken := owners[name]; {
				case !taken:
					names[name], owners[name] = repo, f.ID
				case !official && owner != f.ID && !strings.HasPrefix(names[name], DockerHub+"/"+officialPath):
					delete(names, name)
				}
			}
		}
	}
	return names
}
