package widget

import (
	"errors"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"
)

func number1(v string) error {
	if n, err := strconv.Atoi(v); err != nil || n < 1 {
		return errors.New("a number from 1 is needed")
	}
	return nil
}

func newForm() *Form {
	return &Form{Fields: []Field{
		{Name: "fix", Kind: RadioField, Options: []Option{
			{"add USER with a fixed UID", "review"},
			{"create a named user with RUN useradd, then USER", "review"},
			{"keep root, record why", ""},
		}},
		NewText("uid", "UID", "65532", `any number from 1; 65532 is distroless "nonroot"`, number1),
		NewText("gid", "GID", "0", "any number from 1", number1),
		{Name: "lang", Label: "Language", Kind: ChoiceField, Options: []Option{{"go", ""}, {"node", ""}, {"日本", ""}}},
		{Name: "all", Label: "use these values for the 2 other findings", Kind: ToggleField, Help: "they are runs-as-root too"},
	}}
}

func TestFormGoldens(t *testing.T) {
	th := plainTheme(false)
	for _, size := range [][2]int{{30, 18}, {80, 10}, {80, 4}, {120, 10}} {
		for focus := range 5 {
			f := newForm()
			f.FocusOn(focus)
			lines := f.View(&th, size[0], size[1])
			frame(t, "form", lines, size[0], size[1])
			golden(t, fmt.Sprintf("form/field%d-%dx%d", focus, size[0], size[1]), lines)
		}
	}
}

func TestForm(t *testing.T) {
	f := newForm()
	values := func() string {
		var out []string
		for i := range f.Fields {
			out = append(out, f.Value(f.Fields[i].Name))
		}
		return fmt.Sprint(f.Focus(), " ", strings.Join(out, ","))
	}
	for _, c := range []struct {
		name string
		do   func()
		want string
	}{
		{"start", func() {}, "0 0,65532,0,0,false"},
		{"down goes through the options", f.Down, "0 0,65532,0,0,false"},
		{"choose", func() { f.Choose() }, "0 1,65532,0,0,false"},
		{"up at the first field", func() { f.Up(); f.Up(); f.Up() }, "0 1,65532,0,0,false"},
		{"choose the first", func() { f.Choose() }, "0 0,65532,0,0,false"},
		{"down to the next field", func() { f.Down(); f.Down(); f.Down() }, "1 0,65532,0,0,false"},
		{"type", func() { f.Input().Backspace(); f.Input().Insert("7") }, "1 0,65537,0,0,false"},
		{"space is a letter in a text", func() {
			if f.Choose() {
				t.Error("a text field chose something")
			}
		}, "1 0,65537,0,0,false"},
		{"left moves the caret", func() { f.Left(); f.Input().Insert("x"); f.Right() }, "1 0,6553x7,0,0,false"},
		{"up goes to the last option", func() { f.Up(); f.Choose() }, "0 2,6553x7,0,0,false"},
		{"prev wraps", func() { f.Prev() }, "4 2,6553x7,0,0,false"},
		{"toggle", func() { f.Choose() }, "4 2,6553x7,0,0,true"},
		{"next wraps", func() { f.Next() }, "0 2,6553x7,0,0,true"},
		{"choice to the right", func() { f.FocusOn(3); f.Right() }, "3 2,6553x7,0,1,true"},
		{"choice stops at its end", func() { f.Right(); f.Right(); f.Right() }, "3 2,6553x7,0,2,true"},
		{"choice goes round with choose", func() { f.Choose() }, "3 2,6553x7,0,0,true"},
		{"choice stops at its start", func() { f.Left() }, "3 2,6553x7,0,0,true"},
		{"down stops at the last field", func() { f.Down(); f.Down(); f.Down() }, "4 2,6553x7,0,0,true"},
	} {
		c.do()
		if got := values(); got != c.want {
			t.Fatalf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if err := f.Err(); err == nil || err.Error() != "UID: a number from 1 is needed\nGID: a number from 1 is needed" {
		t.Errorf("the form says %v", err)
	}
	f.Field("uid").Input.Set("1")
	f.Field("gid").Input.Set("1")
	if err := f.Err(); err != nil {
		t.Errorf("the form says %v", err)
	}
	if f.Input() != nil || f.Value("no such") != "" {
		t.Error("there are fields that are not there")
	}
}

func TestEmptyForm(t *testing.T) {
	f, th := &Form{}, plainTheme(false)
	f.Next()
	f.Prev()
	f.Up()
	f.Down()
	f.Left()
	f.Right()
	f.FocusOn(3)
	if f.Choose() || f.Input() != nil || f.Focus() != -1 || f.Err() != nil {
		t.Error("an empty form has a field")
	}
	frame(t, "form", f.View(&th, 10, 3), 10, 3)
}

func TestFormRandomWalk(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	th := plainTheme(false)
	for range 50 {
		f := newForm()
		for range 60 {
			switch rnd.Intn(9) {
			case 0:
				f.Next()
			case 1:
				f.Prev()
			case 2:
				f.Up()
			case 3:
				f.Down()
			case 4:
				f.Left()
			case 5:
				f.Right()
			case 6:
				f.Choose()
			case 7:
				if in := f.Input(); in != nil {
					in.Insert(awkward[rnd.Intn(len(awkward))])
				}
			case 8:
				f.Fields = f.Fields[:max(1, rnd.Intn(len(f.Fields)+1))]
			}
			w, h := rnd.Intn(100), rnd.Intn(14)
			lines := f.View(&th, w, h)
			frame(t, "form", lines, w, h)
			if h > 2 && w > 3 && !strings.Contains(strings.Join(lines, ""), ">") {
				t.Fatalf("the focus is not on the screen of %dx%d:\n%s", w, h, strings.Join(lines, "\n"))
			}
		}
	}
}
