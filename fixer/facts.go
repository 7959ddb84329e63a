package fixer

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/oakum-sec/oakum/fixer/image"
)

// Facts are what is known beyond the repository. They are immutable: when an
// answer arrives, a new Facts is made and the session checks again.
//
// Rules that would like to know more ask ([Facts.Ask], [Facts.Image]). What
// nothing answers yet is noted as a wish, for whoever may ask registries.
type Facts struct {
	// Answers are what registries said, by the full form of the reference:
	// "example.org/app:1.27". Those about files are under their addresses.
	Answers map[string]*image.Answer

	// Source is the address under which people find the repository, such as
	// https://github.com/owner/name; "" when it is not known.
	Source string

	// MinAge is how many days old an image must be to be pinned; 0 for any.
	MinAge int

	// AllowedRegistries are those that images may come from, in the form of
	// [ParseRegistries]; nil without such a policy, which a person gives.
	AllowedRegistries []string

	// Signatures says that the person wants to know who signed the images.
	Signatures bool

	// Checksums says that the person lets files be downloaded, so that their checksums can
	// be written.
	Checksums bool

	// Freshen says that the person asked for newer images behind the tags that are
	// pinned.
	Freshen bool

	known  sync.Map // image.Knowledge by name, made on the first question
	imaged sync.Map // names whose configuration was asked for where it is needed

	mu     sync.Mutex
	wishes map[string]image.Wish // by [image.Wish.Key]

	byDigest map[string]*image.Answer // about tags, by repository and digest; nil before the first question
}

// ParseRegistries reads a policy: registries or parts of them, as HOST, HOST/PATH or
// *.DOMAIN. Nothing at all is no policy.
func ParseRegistries(list []string) ([]string, error) {
	var out []string
	for _, s := range list {
		registry, err := image.ParseRegistry(s)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, registry) {
			out = append(out, registry)
		}
	}
	return out, nil
}

// Image returns what is known of the image that a name refers to: the tables,
// and over them what its registry reported. It is the one way to that knowledge; of an
// image built in the repository the container room knows. The answer is
// shared and must not be changed.
//
// Where the tables do not prove what a container of the image starts as, its
// configuration is wished for.
func (f *Facts) Image(name string) *image.Knowledge {
	k := f.Named(name)
	if _, again := f.imaged.LoadOrStore(name, true); !again &&
		k.Err == nil && k.Config == nil && !k.User().Proven && !k.Ref.Windows() && !k.Ref.Scratch() {
		f.Ask(k.Ref, image.AskConfig)
	}
	return k
}

// Named returns what [Facts.Image] does and wishes for nothing: for those who want to
// know what the name says, such as until when a release is supported.
func (f *Facts) Named(name string) *image.Knowledge {
	if k, ok := f.known.Load(name); ok {
		return k.(*image.Knowledge)
	}
	var config *image.Config
	if ref, err := image.ParseReference(name); err == nil {
		config = f.config(ref)
	}
	known, _ := f.known.LoadOrStore(name, image.KnowledgeOf(name, config))
	return known.(*image.Knowledge)
}

// config is what a registry said of the configuration, with the day on which it did.
func (f *Facts) config(ref image.Reference) *image.Config {
	a := f.answer(ref)
	if a == nil || a.Config == nil {
		return nil
	}
	config := *a.Config
	config.At = a.At
	return &config
}

// answer is what registries said of a reference. What they said of a tag is also true of
// the digest that it pointed to, under whatever tag: an image that a fix pins
// stays as well known as it was, and nobody is asked about it again.
func (f *Facts) answer(ref image.Reference) *image.Answer {
	a := f.Answers[ref.String()]
	if !ref.HasDigest() || a.Answers(image.AskPin) {
		return a
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byDigest == nil {
		f.byDigest = map[string]*image.Answer{}
		for _, key := range slices.Sorted(maps.Keys(f.Answers)) {
			if a := ofTag(f.Answers[key]); a != nil {
				name, _, _ := strings.Cut(a.Ref, "@")
				name, _, _ = image.CutTag(name)
				f.byDigest[name+"@"+a.Digest] = f.byDigest[name+"@"+a.Digest].With(a)
			}
		}
	}
	pointed := f.byDigest[ref.Name()+"@"+ref.Digest]
	if pointed == nil {
		return a
	}
	now := *pointed
	now.Ref, now.Asked = ref.String(), now.Asked|image.AskPin
	now.Pin = &image.Pinned{Created: now.Created, TagCreated: now.Created}
	if a == nil {
		return &now
	}
	return now.With(a)
}

// ofTag is what an answer says of the digest that a tag points to; nil for nothing.
func ofTag(a *image.Answer) *image.Answer {
	_, _, pinned := strings.Cut(a.Ref, "@")
	switch {
	case a.Digest == "":
	case !pinned && a.Known(image.AskDigest):
		return a
	case pinned && a.Known(image.AskPin): // beside what it says of the digest that is written
		return &image.Answer{Ref: a.Ref, Asked: image.AskDigest, At: a.At, Digest: a.Digest, Index: a.Index, Created: a.Pin.TagCreated}
	}
	return nil
}

// Ask returns what registries said of a reference, and whether all of the
// questions are answered or failed. What is not is a wish from then on.
func (f *Facts) Ask(ref image.Reference, questions image.Question) (*image.Answer, bool) {
	key := ref.String()
	a := f.answer(ref)
	if a.Answers(questions) {
		return a, true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wishes == nil {
		f.wishes = map[string]image.Wish{}
	}
	w := f.wishes[key]
	missing := questions
	if a != nil {
		missing &^= a.Asked
	}
	f.wishes[key] = image.Wish{Ref: ref, Ask: w.Ask | missing}
	return a, false
}

// AskFile returns what the download of a file brought, and whether that is known or
// failed. Where the person lets files be downloaded, what is not known is a wish from
// then on.
func (f *Facts) AskFile(url string) (*image.Answer, bool) {
	a := f.Answers[url]
	if a.Answers(image.AskFile) {
		return a, true
	}
	if !f.Checksums {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wishes == nil {
		f.wishes = map[string]image.Wish{}
	}
	f.wishes[url] = image.Wish{URL: url, Ask: image.AskFile}
	return nil, false
}

// Wishes returns what was asked and is not answered, sorted by reference.
func (f *Facts) Wishes() []image.Wish {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]image.Wish, 0, len(f.wishes))
	for _, w := range f.wishes {
		all = append(all, w)
	}
	return image.SortWishes(all)
}

// With returns the facts with further answers. An answer about a reference that
// has one adds to it.
func (f *Facts) With(answers ...*image.Answer) *Facts {
	all := make(map[string]*image.Answer, len(f.Answers)+len(answers))
	maps.Copy(all, f.Answers)
	for _, a := range answers {
		all[a.Ref] = all[a.Ref].With(a)
	}
	return &Facts{Answers: all, Source: f.Source, MinAge: f.MinAge, Freshen: f.Freshen, Signatures: f.Signatures, Checksums: f.Checksums, AllowedRegistries: f.AllowedRegistries}
}
