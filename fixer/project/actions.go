package project

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oakum-sec/oakum/fixer/forge"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/templates"
)

// settled is how old a release of an action has to be, as it has for update bots.
const settled = 7 * 24 * time.Hour

// usedAction is an action at its commit, as the pipelines of services name it: repository, path in
// it, commit and version.
var usedAction = text.Regexp(`uses: ([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)@([0-9a-f]{40}) # v(\d+)((?:\.\d+){2})`)

// refreshActions names the actions of a service by their newest releases, of the same major
// versions, where GitHub may be asked. Where it does not answer, they stay those of the table.
func (n *NewService) refreshActions(ctx context.Context, service *templates.Service, o NewOptions) error {
	if !o.Lookup.Ask || o.Lookup.Registry.Offline {
		return nil
	}
	newest := map[string]forge.Release{} // by repository and major version
	for _, f := range service.Files {
		for _, m := range usedAction().FindAllStringSubmatch(string(f.Content), -1) {
			newest[m[1]+" "+m[4]] = forge.Release{Version: m[4] + m[5], Commit: m[3]}
		}
	}
	if len(newest) == 0 {
		return nil
	}
	c, err := forge.New(o.Forge)
	if err != nil {
		return err
	}
	if o.Say != nil {
		o.Say("Asking " + c.Host() + " about " + text.Count(len(newest), "action", "actions"))
	}
	for key, have := range newest {
		repository, major, _ := strings.Cut(key, " ")
		r, err := c.Newest(ctx, repository, major, time.Now().Add(-settled))
		switch {
		case errors.Is(err, forge.ErrNone):
		case err != nil:
			n.Notes = append(n.Notes, "The actions stay those of "+templates.ActionsDate()+": "+err.Error())
			return ctx.Err()
		case forge.Newer(r.Version, have.Version):
			newest[key] = r
		}
	}
	for k, f := range service.Files {
		service.Files[k].Content = usedAction().ReplaceAllFunc(f.Content, func(use []byte) []byte {
			m := usedAction().FindSubmatch(use)
			r := newest[string(m[1])+" "+string(m[4])]
			return []byte("uses: " + string(m[1]) + string(m[2]) + "@" + r.Commit + " # v" + r.Version)
		})
	}
	return nil
}
