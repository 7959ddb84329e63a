package container

import (
	"fmt"
	"path"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/text"
)

// copies fills in what Compose copies into the container, and mounts the files
// among its secrets and configs.
func (s *Spec) copies(v compose.View) {
	for _, kind := range []struct{ section, what, dir string }{{"secrets", "secret", "/run/secrets"}, {"configs", "config", "/"}} {
		for _, entry := range v.List(kind.section) {
			s.deliver(v, entry, kind.section, kind.what, kind.dir)
		}
	}
	for _, watch := range v.Nested("develop", "watch") {
		action, _ := compose.Expand(watch.Node.Get("action").Text())
		target, _ := compose.Expand(watch.Node.Get("target").Text())
		if target = path.Clean(target); !strings.HasPrefix(action, "sync") || s.writableMount(target) {
			continue
		}
		s.Copied = append(s.Copied, Copy{
			Target: target, Certain: true,
			Evidence: fixer.Evidence{Kind: fixer.FromCompose, Place: settingPlace(watch), Text: "docker compose watch copies files to " + target},
			Advice:   "Mount a volume at " + target + " first, or keep the root filesystem writable in development. docker compose watch copies changed files there, which fails on a read-only root filesystem",
		})
	}
}

// deliver reads one entry of a service's secrets or configs. Compose mounts the
// source that is a file; what another one holds is copied into the container.
func (s *Spec) deliver(v compose.View, entry compose.Setting, section, what, dir string) {
	name := entry.Node.Text()
	target := ""
	if name == "" {
		name, target = entry.Node.Get("source").Text(), entry.Node.Get("target").Text()
	}
	name, _ = compose.Expand(name)
	target, _ = compose.Expand(target)
	if name == "" {
		return
	}
	if target == "" {
		target = name
	}
	if !path.IsAbs(target) {
		target = path.Join(dir, target)
	}
	target = path.Clean(target)
	source := v.Definition(section, name)
	copied := func(certain bool, at compose.Setting, fact, advice string) {
		s.Copied = append(s.Copied, Copy{
			Target: target, Certain: certain,
			Evidence: fixer.Evidence{Kind: fixer.FromCompose, Place: settingPlace(at), Text: text.Capital(fmt.Sprintf("%s %s %s", what, name, fact))}, Advice: advice,
		})
	}
	for _, key := range []string{"environment", "content"} {
		if from := source.Node.Get(key); !from.Null() {
			copied(true, compose.Setting{Node: from, File: source.File}, "comes from `"+key+"`, so Compose copies it to "+target,
				fmt.Sprintf("Give %s %s a `file` source first. Compose copies it to %s, which fails on a read-only root filesystem", what, name, target))
			return
		}
	}
	switch external := source.Node.Get("external"); {
	case source.Node == nil:
		copied(false, entry, "is not defined in any file of the repository",
			fmt.Sprintf("The container does not start if %s %s does not come from a file: Compose copies such a %s into the root filesystem", what, name, what))
	case !external.Null() && !external.IsFalse():
		copied(false, compose.Setting{Node: external, File: source.File}, "is external",
			fmt.Sprintf("The container does not start if its platform copies the external %s %s into the root filesystem instead of mounting it", what, name))
	default:
		file, _ := compose.Expand(source.Node.Get("file").Text())
		s.Mounts = append(s.Mounts, Mount{Target: target, Kind: MountFiles, Host: file, ReadOnly: true})
	}
}
