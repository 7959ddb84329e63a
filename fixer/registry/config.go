package registry

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A platform is what an image was built for.
type platform struct {
	OS           string `json:",omitempty"`
	Architecture string `json:",omitempty"`
	Variant      string `json:",omitempty"`
}

func parsePlatform(s string) platform {
	os, rest, _ := strings.Cut(s, "/")
	arch, variant, _ := strings.Cut(rest, "/")
	return platform{os, arch, variant}
}

func (p platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// real reports whether something runs on the platform. BuildKit gives what it
// attaches to an image the platform unknown/unknown.
func (p platform) real() bool {
	return p.OS != "" && p.Architecture != "" && p.OS != "unknown" && p.Architecture != "unknown"
}

// fits says how well a child of an index suits who asks for a platform: 0 for not.
func (p platform) fits(want platform) int {
	switch {
	case !p.real():
		return 0
	case p == want:
		return 4
	case p.OS == want.OS && p.Architecture == want.Architecture:
		return 3
	case p.OS == want.OS:
		return 2
	}
	return 1
}

// choose returns the child of an index that suits a platform best, the first of
// equals: most configurations are the same for all platforms.
func (m manifest) choose(want platform) (child, bool) {
	best, score := child{}, 0
	for _, c := range m.Children {
		if n := c.Platform.fits(want); n > score {
			best, score = c, n
		}
	}
	return best, score > 0
}

// platforms lists those of an index, sorted.
func (m manifest) platforms() []string {
	var out []string
	for _, c := range m.Children {
		if c.Platform.real() {
			out = append(out, c.Platform.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A config is what was read of the configuration of one platform.
type config struct {
	Config   *image.Config
	Created  time.Time `json:",omitzero"`
	Platform platform
}

// valid looks at what was kept, where control characters may be as they are.
func (c config) valid() bool {
	return c.Config != nil && lengthOf(allStrings(*c.Config)) <= maxConfig && c.Platform.valid() &&
		!slices.ContainsFunc(allStrings(*c.Config), func(s string) bool { return text.Visible(s) != s })
}

func (p platform) valid() bool { s := p.String(); return text.VisibleLine(s) == s }

// configOf reads the configuration of a digest, through the index where it is one,
// and returns the platforms of that.
func (a *asking) configOf(ctx context.Context, sum string) (config, []string, error) {
	m, err := a.manifest(ctx, sum)
	if err != nil {
		return config{}, nil, err
	}
	if !m.Index {
		c, err := a.config(ctx, m)
		return c, onePlatform(c.Platform), err
	}
	one, ok := m.choose(a.run.r.platform)
	if !ok {
		return config{}, nil, fail(image.BadAnswer, "%s has an index of %s that lists no image", a.loc.host.shown, a.what(sum))
	}
	of, err := a.manifest(ctx, one.Digest)
	if err != nil {
		return config{}, nil, err
	}
	if of.Index {
		return config{}, nil, fail(image.BadAnswer, "%s has an index in the index of %s", a.loc.host.shown, a.what(sum))
	}
	c, err := a.config(ctx, of)
	return c, m.platforms(), err
}

func onePlatform(p platform) []string {
	if !p.real() {
		return nil
	}
	return []string{p.String()}
}

// config reads the configuration that a manifest names.
func (a *asking) config(ctx context.Context, m manifest) (config, error) {
	id := m.Config.Digest
	// The bytes of a digest are the same everywhere, but may be read only where
	// somebody has permission to.
	return recall(ctx, a, "config", a.loc.String()+" "+id, lastingly, func(ctx context.Context) (config, error) {
		h := a.loc.host
		if m.Config.Size > maxBody {
			return config{}, fail(image.BadAnswer, "%s has a configuration of more than %d MiB", h.shown, maxBody>>20)
		}
		resp, err := a.run.do(ctx, h, call{kind: getBlob, repo: a.loc.repo, path: "blobs/" + id})
		if err != nil {
			return config{}, err
		}
		if resp.status != http.StatusOK {
			return config{}, h.refusal(resp, "configuration "+a.what(id))
		}
		if got := digest.Digest(id).Algorithm().FromBytes(resp.body); got.String() != id {
			return config{}, fail(image.BadAnswer, "%s answers with bytes that have another digest than it says", h.shown)
		}
		c, ok := parseConfig(resp.body)
		if !ok {
			return config{}, fail(image.BadAnswer, "%s has no configuration of %s that can be read", h.shown, a.loc.repo)
		}
		if lengthOf(allStrings(*c.Config)) > maxConfig {
			return config{}, fail(image.BadAnswer, "%s has a configuration of %s that is longer than any image needs", h.shown, a.loc.repo)
		}
		return c, nil
	})
}

// parseConfig reads the configuration of an image, in the form of Docker and of the
// specification. Control characters are made visible; in commands, variables and
// labels, line ends and tabs stay, because they mean something there.
func parseConfig(body []byte) (config, bool) {
	var doc struct {
		Created      string `json:"created"`
		OS           string `json:"os"`
		Architecture string `json:"architecture"`
		Variant      string `json:"variant"`
		Config       struct {
			User         string
			Entrypoint   []string
			Cmd          []string
			Env          []string
			ExposedPorts map[string]struct{}
			Volumes      map[string]struct{}
			StopSignal   string
			WorkingDir   string
			Labels       map[string]string
			Healthcheck  *struct{ Test []string }
		} `json:"config"`
	}
	if json.Unmarshal(body, &doc) != nil {
		return config{}, false
	}
	in := doc.Config
	out := config{
		Created:  parseCreated(doc.Created),
		Platform: platform{OS: clean(doc.OS), Architecture: clean(doc.Architecture), Variant: clean(doc.Variant)},
		Config: &image.Config{
			User: text.VisibleLine(in.User), Entrypoint: visible(in.Entrypoint), Cmd: visible(in.Cmd), Env: visible(in.Env),
			ExposedPorts: keys(in.ExposedPorts), Volumes: keys(in.Volumes),
			StopSignal: text.VisibleLine(in.StopSignal), WorkingDir: text.VisibleLine(in.WorkingDir),
		},
	}
	if in.Healthcheck != nil {
		out.Config.Healthcheck = visible(in.Healthcheck.Test)
	}
	if len(in.Labels) > 0 {
		out.Config.Labels = make(map[string]string, len(in.Labels))
		for name, value := range in.Labels {
			out.Config.Labels[text.VisibleLine(name)] = text.Visible(value)
		}
	}
	return out, true
}

func visible(list []string) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = text.Visible(s)
	}
	return out
}

func keys(set map[string]struct{}) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(set)) {
		out = append(out, text.VisibleLine(k))
	}
	return out
}

// allStrings are the strings of a configuration.
func allStrings(c image.Config) []string {
	out := slices.Concat([]string{c.User, c.StopSignal, c.WorkingDir}, c.Entrypoint, c.Cmd, c.Env, c.ExposedPorts, c.Volumes, c.Healthcheck)
	for k, v := range c.Labels {
		out = append(out, k, v)
	}
	return out
}

// lengthOf is the length of all strings.
func lengthOf(list []string) int {
	n := 0
	for _, s := range list {
		n += len(s)
	}
	return n
}
