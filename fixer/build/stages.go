package build

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/topology"
)

// Targets returns the stages that become an image somebody runs, in the order
// of the file: the final one, and those a Compose file of the repository builds.
// A stage that only a command line or another tool builds is not known here.
func Targets(p *fixer.Pass) []*dockerfile.Stage { return slices.Clone(targets.Of(p)) }

var targets = fixer.Share(func(p *fixer.Pass) []*dockerfile.Stage { return targetsOf(p.Topology(), p.File) })

func targetsOf(t *topology.Topology, file *fixer.File) []*dockerfile.Stage {
	f := file.Dockerfile
	out := []*dockerfile.Stage{f.Final()}
	for _, v := range t.Users(file.Path) {
		b, ok := t.ServiceBuild(v)
		if !ok || b.Stage.Index >= len(f.Stages) {
			continue
		}
		if s := f.Stages[b.Stage.Index]; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *dockerfile.Stage) int { return a.Index - b.Index })
	return out
}

// InFinalImage returns the stages whose files end up in one of the targets: the
// targets, what they start from, and any stage copied over as a whole. The map is
// shared.
func InFinalImage(p *fixer.Pass) map[*dockerfile.Stage]bool { return inFinalImage.Of(p) }

var inFinalImage = fixer.Share(func(p *fixer.Pass) map[*dockerfile.Stage]bool {
	return StagesInImages(p.File.Dockerfile, Targets(p))
})

// InFinalImageOf is InFinalImage for any file of the repository.
func InFinalImageOf(t *topology.Topology, file *fixer.File) map[*dockerfile.Stage]bool {
	return StagesInImages(file.Dockerfile, targetsOf(t, file))
}

// StagesInImages returns the stages whose files end up in one of the images.
func StagesInImages(f *dockerfile.File, images []*dockerfile.Stage) map[*dockerfile.Stage]bool {
	out := map[*dockerfile.Stage]bool{}
	var add func(s *dockerfile.Stage)
	add = func(s *dockerfile.Stage) {
		for ; s != nil && !out[s]; s = s.Parent {
			out[s] = true
			for _, i := range s.Instructions {
				if from := wholeCopy(f, i); from != nil {
					add(from)
				}
			}
		}
	}
	for _, s := range images {
		add(s)
	}
	return out
}

// wholeCopy returns the stage whose root directory an instruction copies.
func wholeCopy(f *dockerfile.File, i *dockerfile.Instruction) *dockerfile.Stage {
	if i.Keyword != "COPY" || len(i.Words) < 2 || i.Words[0].Value != "/" {
		return nil
	}
	from, ok := i.Flag("from")
	if !ok {
		return nil
	}
	return StageNamed(f, from.Value)
}

// CopiedLater reports whether a later stage copies the directory in which an
// instruction puts its files, or one above it.
func CopiedLater(f *dockerfile.File, i *dockerfile.Instruction) bool {
	to := i.Words[len(i.Words)-1].Value
	if dir := i.Stage.WorkdirAt(i); !path.IsAbs(to) && dir.Known {
		to = path.Join(dir.Text, to)
	}
	to = path.Join("/", to) + "/"
	for _, s := range f.Stages[i.Stage.Index+1:] {
		for _, c := range s.Instructions {
			from, ok := c.Flag("from")
			if !ok || c.Keyword != "COPY" || len(c.Words) < 2 {
				continue
			}
			source := StageNamed(f, from.Value)
			if source == nil || !slices.Contains(source.Chain(), i.Stage) {
				continue
			}
			for _, w := range c.Words[:len(c.Words)-1] {
				if p := path.Join("/", w.Value); strings.HasPrefix(to, strings.TrimSuffix(p, "/")+"/") {
					return true
				}
			}
		}
	}
	return false
}

// StageNamed finds the stage that a name or number of --from means, or nil.
func StageNamed(f *dockerfile.File, name string) *dockerfile.Stage {
	if s := f.Stage(name); s != nil {
		return s
	}
	for _, s := range f.Stages {
		if name == strconv.Itoa(s.Index) {
			return s
		}
	}
	return nil
}

// StagesFrom returns the stages that start from a stage, directly or not.
func StagesFrom(f *dockerfile.File, s *dockerfile.Stage) []*dockerfile.Stage {
	var out []*dockerfile.Stage
	for _, o := range f.Stages {
		if o != s && slices.Contains(o.Chain(), s) {
			out = append(out, o)
		}
	}
	return out
}

// InChain reports whether a stage is another one or starts from it.
func InChain(s, other *dockerfile.Stage) bool {
	for ; s != nil; s = s.Parent {
		if s == other {
			return true
		}
	}
	return false
}

// BaseOf is what is known of the image that a stage goes back to. Where this
// repository builds that image it is looked through to what it is made from.
func BaseOf(p *fixer.Pass, s *dockerfile.Stage) (image.Base, bool) {
	if p.File != nil && s.Root() == stageAt(p.File.Dockerfile, s.Root().Index) {
		return baseIn(p, p.File.Path, s)
	}
	k := p.Facts.Image(s.Root().Image)
	return k.Base, k.HasBase
}

func stageAt(f *dockerfile.File, index int) *dockerfile.Stage {
	if f == nil || index >= len(f.Stages) {
		return nil
	}
	return f.Stages[index]
}

// baseIn is BaseOf for a stage of any file. The topology has no circles.
func baseIn(p *fixer.Pass, file string, s *dockerfile.Stage) (image.Base, bool) {
	b, ok := p.Topology().BaseBuild(file, s.Root())
	if !ok || !b.Certain {
		k := p.Facts.Image(s.Root().Image)
		return k.Base, k.HasBase
	}
	base, ok := baseIn(p, b.Path, b.Stage)
	if !ok {
		return base, false
	}
	created := Read(b.File)
	if f := p.Read(b.Path); f != nil && f.Dockerfile == b.File {
		created = Of(f)
	}
	accounts, user := created.CreatedAccounts(b.Stage), base.Default
	if v := b.Stage.User(); v.At != nil {
		user = image.Identity{}
		if v.Known {
			user = image.ParseUser(v.Text)
		}
		for _, id := range accounts {
			if id.Name == user.Name && user.Name != "" {
				user = id
			}
		}
	}
	return base.Derived(user, accounts...), true
}

// workName matches names of files and stages that are for work on the program,
// not for running it; workDir those of directories, in which "build" may well hold
// what runs.
var (
	workName = text.Regexp(`(?i)(^|[-_./])(dev|devel|development|debug|devcontainer|test|tests|testing|ci|build|builder|base|toolchain|sdk|lint|e2e)([-_./]|$)`)
	workDir  = text.Regexp(`(?i)(^|[-_./])(dev|devel|development|debug|devcontainer|test|tests|testing|ci|e2e)([-_./]|$)`)
)

// ForDevelopment reports whether a stage, by its name or that of its file, is for
// work on the program and not for running it.
func ForDevelopment(file string, s *dockerfile.Stage) bool {
	dir, name := path.Split(file)
	return workName().MatchString(s.Name) || workName().MatchString(name) || workDir().MatchString(dir)
}
