package image

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/oakum-sec/oakum/fixer/corpustest"
)

// mentions finds what files of any kind put where an image is expected. It is
// no parser: what it finds wrongly must be handled too.
var mentions = regexp.MustCompile(`(?m)^\s*(?:-\s*)?image:\s*["']?([^\s"'#]+)|^(?i:from)\s+(?:--\S+\s+)*(\S+)`)

// TestCorpus reads every reference in a collection of real repositories, which
// lies beside the project when it is there.
func TestCorpus(t *testing.T) {
	corpus := corpustest.Root(t)
	found := map[string]int{}
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Size() > 1<<20 {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range mentions.FindAllSubmatch(data, -1) {
			found[string(m[1])+string(m[2])]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	parsed, known, based, sure := 0, 0, 0, 0
	why := map[UnknowableReason]int{}
	for text, n := range found {
		ref, err := ParseReference(text)
		if err != nil {
			var e *UnknowableError
			if !errors.As(err, &e) {
				t.Errorf("%q: %v", text, err)
				continue
			}
			why[e.Reason] += n
			continue
		}
		parsed += n
		if again, err := ParseReference(ref.Familiar()); err != nil || again.String() != ref.String() {
			t.Errorf("%q: %s, then %s, %v", text, ref, again, err)
		}
		if e, ok := lookup(ref); ok {
			known += n
			if e.Verified(FieldDefault) {
				sure += n
			}
			if e.NonRoot.Support == SupportDefault && e.Default.IsRoot() {
				t.Errorf("%q: %s starts as root and is said not to", text, e.ID)
			}
		}
		if b, ok := baseOf(ref); ok {
			based += n
			if b.Distribution == Alpine && b.Libc != Musl || b.Distribution == Debian && b.Packages != Apt {
				t.Errorf("%q: %+v", text, b)
			}
		}
	}
	t.Logf("%d texts, %d mentions parsed, %d in the image table (%d with a verified user), %d bases, not knowable: %v", len(found), parsed, known, sure, based, why)
	if known < 500 || sure < 300 || based < 400 {
		t.Error("the tables know less of real repositories than they did")
	}
}
