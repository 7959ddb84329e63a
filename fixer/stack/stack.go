package stack

import (
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// A Stack is what is known of one way to build and run applications.
type Stack struct {
	Name string // as people write it: "Node.js"

	// Images are the repositories whose images have the tools of the stack, as
	// [image.Reference.Name] gives them.
	Images []string

	// Fits reports whether the stack is meant, where its images are those of several; nil
	// for always.
	Fits func(a *App) bool

	// Manifests are names of files of which one says what an application is made of.
	// The base image and the repository have to agree.
	Manifests []string

	// Agrees says in another way that the build is about an application of the stack,
	// where it copies none of the manifests; nil for no other way.
	Agrees func(a *App) bool

	// BuildPackages are packages of a distribution that only its builds need, whatever
	// they are for elsewhere.
	BuildPackages []string

	// Does says what a command of the stack's tools does in a build; nil for a command
	// that is none of them.
	Does func(a *App, st build.Step, c build.Command) *Work

	// Plan says how an image without the tools is made. The error is a [*Refusal].
	Plan func(a *App) (*Recipe, error)
}

// A Work is what a command of a build does.
type Work struct {
	// Writes are the paths that it fills besides the directory in which it runs.
	Writes []string
	// Elsewhere says that it writes to where nothing is known of.
	Elsewhere bool
	// Develops says that it brings what only development needs.
	Develops bool
	// Again says that the image that runs needs it done there, too.
	Again bool
}

// Stacks are the stacks that are known, the more special ones first.
var Stacks = []*Stack{
	staticNode,
	staticPython,
	goStack,
	nodeStack,
	pythonStack,
	javaStack,
	rustStack,
	dotnetStack,
	phpStack,
	rubyStack,
	nginxStack,
}

// Recognise finds the stack of an application: the one whose tools are in the base
// image and whose files are in the build. Where the two differ the error is a
// [*Refusal].
func Recognise(a *App) (*Stack, error) {
	k := slices.IndexFunc(Stacks, func(s *Stack) bool {
		return slices.Contains(s.Images, a.Ref.Name()) && (s.Fits == nil || s.Fits(a))
	})
	if k < 0 {
		return nil, Refuse(Unrecognised, a.Stage.From, "Start from the official image of the language, or write the build stage by hand",
			"oakum does not know the tools of the base image %s", a.Ref.Familiar())
	}
	s := Stacks[k]
	switch {
	case !a.HasContext:
		if at, missing := a.missingSource(); missing != "" {
			return nil, Refuse(Disagreement, at, "Add "+text.VisibleLine(missing)+" to the repository, or name the build context in a Compose file",
				"line %d copies %s, which is not in the repository, so the build context is unknown", at.Line, text.VisibleLine(missing))
		}
		return nil, Refuse(Disagreement, nil, "Name the build context in a Compose file", "the build context is unknown, and so is what the application is made of")
	case len(s.Manifests) > 0 && !a.Has(s.Manifests...) && (s.Agrees == nil || !s.Agrees(a)):
		return nil, Refuse(Disagreement, a.Stage.From, "Copy "+s.Manifests[0]+" into the image before its packages are installed",
			"the base image is for %s, but the build copies no %s", s.Name, strings.Join(s.Manifests, " or "))
	}
	return s, nil
}

// A Recipe says how the image of an application is made without what built it.
type Recipe struct {
	// Runtimes are the images that the application runs on, the one with the most proof
	// first.
	Runtimes []Runtime

	// Copies are the absolute paths that the image takes from the build stage, parents
	// before what lies in them.
	Copies []Copy

	// Whole says that the directory in which the container starts is among the copies,
	// with all that the build left in it.
	Whole bool

	// AnyDirectory says that it does not matter in which directory the container starts.
	AnyDirectory bool

	// Before and After are lines for the build stage: before its first step that uses
	// them, and after its last one.
	Before, After []string
	BeforeAt      *dockerfile.Instruction

	// Env are variables that the image needs besides those of the file: NAME=value.
	Env []string

	// Baked are beginnings of variables that are in what the build makes, and that nothing
	// reads any more.
	Baked []string

	// Packages are packages of the distribution that the application needs when it
	// runs, though the file does not install them by these names.
	Packages []string

	// Tools are absolute paths outside of the copies at which the build puts what only
	// building needs.
	Tools []string

	// Programs are programs that the copies bring, by name.
	Programs []string

	// Layers is a way to copy a jar in parts; nil for none.
	Layers *Layers

	Leaves   []string // what is in the build and not in the image, for people
	Assumes  []string // what was assumed: sentences without full stop
	Breaks   []string // what can stop working: sentences without full stop
	Evidence []fixer.Evidence
}

// Layers are the parts of a jar, which an image takes instead of the whole.
type Layers struct {
	Jar    string   // absolute
	After  []string // lines behind the last step of the build stage, which make the parts
	Copies []Copy   // of the parts, those that change least first
	Why    fixer.Evidence
}

// A Copy is a path that an image takes from the build.
type Copy struct {
	Path string // where the image has it
	Why  string // what put it there, for people
	From string // where the build has it, if elsewhere

	// Apart says that it is not part of what is copied to a directory above it.
	Apart bool
}

// Source is where the build has what is copied.
func (c Copy) Source() string {
	if c.From != "" {
		return c.From
	}
	return c.Path
}

// A Runtime is an image on which an application runs.
type Runtime struct {
	ID       string   // of the alternative: "slim", "distroless"
	Image    string   // with its tag
	Shell    bool     // it has a shell and a package manager
	User     string   // the numbers of a user that it has, which are set; "" to leave that as it is
	Same     bool     // of the same distribution and release as the build
	Static   bool     // for binaries that need no library, so that it fits every release of the base
	Packages []string // of the distribution, which the application needs on this image
	Has      []string // packages of the distribution whose libraries it has already
	Why      string   // a sentence without full stop: what shows that this image fits
	Copies   []Copy   // which this image takes besides those of the recipe
	Breaks   []string // what can stop working on this image: sentences without full stop

	// Start are the words with which the container starts on this image; nil where they
	// are those of the file.
	Start []string
}
