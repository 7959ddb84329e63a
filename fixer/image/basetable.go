package image

import (
	"encoding/json"
	"fmt"
	"strings"
)

// bases is the part of the table about base images: bases.yaml. It is decoded
// on its own, since many runs look at images and never at a Dockerfile.
type bases struct {
	Distributions []distribution `json:"distributions"`
	Repositories  []repository   `json:"repositories"`

	byID  map[Distribution]*distribution
	exact map[string]*repository
	globs []*repository
}

// A distribution as written.
type distribution struct {
	ID       Distribution       `json:"id"`
	Name     string             `json:"name"`
	Words    []string           `json:"words,omitempty"`
	Packages Manager            `json:"packages"`
	Shell    Shell              `json:"shell"`
	Libc     Libc               `json:"libc"`
	Has      []string           `json:"has,omitempty"`
	Lacks    []string           `json:"lacks,omitempty"`
	Accounts []accountOfRelease `json:"accounts,omitempty"`
	Evidence baseEvidence       `json:"evidence"`
	// Variants differ by a word of the tag, in whatever repository: ubi9-minimal.
	Variants []baseVariant `json:"variants,omitempty"`

	Releases []release `json:"-"` // of the product of the same id
}

type baseEvidence map[BaseField][]sourceInFile

// accountOfRelease is an account that only some releases have.
type accountOfRelease struct {
	Account
	Releases string `json:"releases,omitempty"` // a range, see inRange; "" for all
}

// A repository of base images as written.
type repository struct {
	Repos []string `json:"repos"`
	// Fixed says that every tag has the distribution named here; otherwise a
	// word of the tag may name another.
	Fixed bool `json:"fixed,omitempty"`
	// Release says where the distribution's release is written: "tag" (its
	// version or a codename), "repository" (a number in the name), or nowhere.
	Release string `json:"release,omitempty"`
	baseFacts
	Variants []baseVariant `json:"variants,omitempty"`
}

// A baseVariant says what differs for the tags it selects.
type baseVariant struct {
	selector
	baseFacts
}

// baseFacts replace those of the distribution; what is absent stays.
type baseFacts struct {
	Distribution Distribution `json:"distribution,omitempty"`
	Packages     Manager      `json:"packages,omitempty"`
	Shell        Shell        `json:"shell,omitempty"`
	Libc         Libc         `json:"libc,omitempty"`
	Has          []string     `json:"has,omitempty"`
	Lacks        []string     `json:"lacks,omitempty"`
	Accounts     []Account    `json:"accounts,omitempty"` // these and no others
	Default      *Identity    `json:"default,omitempty"`  // only where the image table has no entry
	Entrypoint   []string     `json:"entrypoint,omitempty"`
	Evidence     baseEvidence `json:"evidence,omitempty"`
}

// decodeBases decodes bases.yaml's part of the table and indexes it. The
// lifecycles have the releases of distributions.
func decodeBases(data []byte, l *lifecycles) (*bases, error) {
	b := &bases{}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("table of base images: %w", err)
	}
	b.byID = make(map[Distribution]*distribution, len(b.Distributions))
	for i := range b.Distributions {
		d := &b.Distributions[i]
		b.byID[d.ID] = d
		if p := l.products[string(d.ID)]; p != nil {
			d.Releases = p.releases()
		}
	}
	b.exact = make(map[string]*repository, 4*len(b.Repositories))
	for i := range b.Repositories {
		r := &b.Repositories[i]
		for _, name := range r.Repos {
			if strings.Contains(name, "*") {
				b.globs = append(b.globs, r)
				continue
			}
			b.exact[name] = r
		}
	}
	return b, nil
}

// repository finds the entry of a repository: its name before any pattern, a
// longer pattern before a shorter one.
func (b *bases) repository(name string) (*repository, bool) {
	if r, ok := b.exact[name]; ok {
		return r, true
	}
	var best *repository
	length := 0
	for _, r := range b.globs {
		for _, pattern := range r.Repos {
			if len(pattern) > length && glob(pattern, name) {
				best, length = r, len(pattern)
			}
		}
	}
	return best, best != nil
}

// byWord finds the distribution a word of a tag names, with the release when
// the word holds it: "alpine3.20", "ubi9", "bookworm", "noble".
func (b *bases) byWord(words []string) (d *distribution, version string, ok bool) {
	for i := range b.Distributions {
		d := &b.Distributions[i]
		for _, word := range words {
			for _, r := range d.Releases {
				if r.Codename == word {
					return d, r.Version, true
				}
			}
			for _, pattern := range d.Words {
				prefix, open := strings.CutSuffix(pattern, "*")
				rest, is := strings.CutPrefix(word, prefix)
				// Other text after the prefix makes it some other word.
				if is && (rest == "" || open && strings.Trim(rest, "0123456789.") == "") {
					return d, rest, true
				}
			}
		}
	}
	return nil, "", false
}

// releaseOf finds the release of a version: 12.5 is Debian 12.
func releaseOf(releases []release, version []int) (release, bool) {
	for _, r := range releases {
		want := parseVersion(r.Version)
		if len(version) >= len(want) && compareVersions(version, want) == 0 {
			return r, true
		}
	}
	return release{}, false
}
