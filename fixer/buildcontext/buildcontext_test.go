package buildcontext

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oakum-sec/oakum/fixer/text"
	"github.com/oakum-sec/oakum/fixer/timetest"
)

func ignore(t *testing.T, text string) *Ignore {
	t.Helper()
	i, err := ParseIgnore([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestIgnore(t *testing.T) {
	for _, c := range []struct{ file, out, in string }{
		{"node_modules\n", "node_modules node_modules/a", "web/node_modules a"},
		{"**/node_modules\r\n", "node_modules web/node_modules/a", "node_modules.txt"},
		{"\ufeff# x\n/.git/\n .env* \n", ".git .git/HEAD .env .env.local", "a/.env # x"},
		{"*\n!src\n", "a src.txt", "src src/a"},
		{"*.md\n!README.md\nREADME.md", "a.md README.md", "docs/a.md"},
		{"", "", "a"},
		{`a\*b`, "a*b", "axb"},
	} {
		i := ignore(t, c.file)
		for range 2 { // the second time from memory
			for p := range strings.SplitSeq(c.out, " ") {
				if p != "" && !i.Excludes(p) {
					t.Errorf("%q does not exclude %s", c.file, p)
				}
			}
			for p := range strings.SplitSeq(c.in, " ") {
				if i.Excludes(p) {
					t.Errorf("%q excludes %s", c.file, p)
				}
			}
		}
	}
	var none *Ignore
	if none.Excludes("a") || none.ReIncludes("a") || none.ReIncludesBelow("a") {
		t.Error("no file excludes something")
	}
}

func TestReturns(t *testing.T) {
	i := ignore(t, "*\n!src\n!conf/*.env\n!/dist/keep/\n")
	for p, want := range map[string][2]bool{
		"src": {true, false}, "src/.env": {true, false}, "conf": {false, true}, "conf/a.env": {true, false},
		"dist": {false, true}, "dist/keep": {true, false}, "other": {false, false}, "src.txt": {false, false},
	} {
		if got := [2]bool{i.ReIncludes(p), i.ReIncludesBelow(p)}; got != want {
			t.Errorf("%s: %v, want %v", p, got, want)
		}
	}
	if !ignore(t, "*\n!**/*.go").ReIncludesBelow("a/b") {
		t.Error("** may lead below any folder")
	}
}

func TestHostilePatterns(t *testing.T) {
	for _, text := range []string{"[", "!", strings.Repeat("*a", maxStars+1), strings.Repeat("*\n", maxAllStars+1), strings.Repeat("*a*\n", maxAllStars/2+1), strings.Repeat("a\n", maxPatterns+1), strings.Repeat("a", maxPattern+1), strings.Repeat("a", 1<<20)} {
		if _, err := ParseIgnore([]byte(text)); err == nil {
			t.Errorf("%.20q is read", text)
		}
	}
	i := ignore(t, strings.Repeat(strings.Repeat("**a", maxStars/2)+"b\n", maxAllStars/maxStars))
	timetest.Within(t, 30*time.Second, func() {
		for k := range 200 {
			i.Excludes(strings.Repeat("a/", 32) + strings.Repeat("a", 100) + strconv.Itoa(k))
		}
	})
}

// TestManyReturns: lines with ! are compiled once, not once for each name.
func TestManyReturns(t *testing.T) {
	var lines strings.Builder
	for k := range 200 {
		lines.WriteString("!" + strconv.Itoa(k) + strings.Repeat("*?", 9) + "x\n")
	}
	i := ignore(t, lines.String()+"!!odd\n!kept\n")
	timetest.Within(t, 10*time.Second, func() {
		for k := range 2000 {
			if i.ReIncludes("d" + strconv.Itoa(k) + "/.env") {
				t.Fatal("a name is taken back in that no line names")
			}
		}
	})
	if !i.ReIncludes("kept/.env") || i.ReIncludes("odd") {
		t.Error("lines with ! are misread")
	}
}

// TestAppend: the lines follow the style of the file, and exclude what they are
// meant to and nothing else.
func TestAppend(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{"", ".env\nweb/.git\n"},
		{"a.txt\n", "a.txt\n.env\nweb/.git\n"},
		{"a.txt", "a.txt\n.env\nweb/.git"},
		{"a.txt\r\nb.txt\r\n", "a.txt\r\nb.txt\r\n.env\r\nweb/.git\r\n"},
		{"\ufeff/a.txt\n/b/\n", "\ufeff/a.txt\n/b/\n/.env\n/web/.git/\n"},
		{"a.txt\ndist/\n", "a.txt\ndist/\n.env\nweb/.git/\n"},
		{"dist/\nnode_modules\n.git\n*/\n", "dist/\nnode_modules\n.git\n*/\n.env\nweb/.git\n"},
	} {
		data := []byte(c.before)
		patterns := []string{Pattern(".env", false, data), Pattern("web/.git", true, data)}
		got, err := text.Apply(data, Append(data, patterns))
		if err != nil || string(got) != c.after {
			t.Errorf("%q became %q, %v, want %q", c.before, got, err, c.after)
		}
	}
	for _, name := range []string{"#x", "!x", "a*b", "a[b]", `a\b`, "a?", " x ", "a\nb", "a b", "ü", "a/#b"} {
		p := Pattern(name, false, nil)
		if i := ignore(t, "x\n"+p+"\n"); !i.Excludes(name) || len(i.Patterns()) != 2 || i.Excludes("y") {
			t.Errorf("%q written as %q does not exclude it alone", name, p)
		}
	}
}

func TestTree(t *testing.T) {
	tree := NewTree([]Name{{Path: "."}, {Path: "b/c", Kind: Plain}, {Path: "b", Kind: Directory}, {Path: "b-a"}, {Path: "b/c/d"}, {Path: "a"}, {Path: "a", Kind: Link}})
	below := func(dir string) string {
		var out []string
		for n := range tree.Below(dir) {
			out = append(out, n.Path)
		}
		return strings.Join(out, " ")
	}
	if got := below("b"); got != "b/c b/c/d" {
		t.Error(got)
	}
	if got := below("."); got != "a b b-a b/c b/c/d" {
		t.Error(got)
	}
	c := Context{Dir: "b", Tree: tree, Ignore: ignore(t, "c\n")}
	if n, ok := c.Has("./c/../c/"); !ok || n.Path != "b/c" || c.Sends("c") || c.Sends("x") {
		t.Errorf("%+v %v", n, ok)
	}
	if _, ok := c.Has("../../a"); ok {
		t.Error("a path leads out of the context")
	}
	if other := NewTree(slices.Concat(tree.Names(), []Name{{Path: "x"}})); other.Fingerprint() == tree.Fingerprint() {
		t.Error("another name, the same fingerprint")
	}
}
