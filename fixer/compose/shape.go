package compose

import (
	"fmt"
	"strings"
)

// Shape sums up what the views of a file are made of: which services of which
// files, and not what these say. Two projects with one shape of a file have the
// same views of it where the files that they read ([Project.Traced]) are the same.
func (p *Project) Shape(file string) string {
	var b strings.Builder
	for _, v := range p.views()[file] {
		v.shape(&b)
		for _, d := range v.dependents {
			fmt.Fprintf(&b, "%q %q %q ", d.Why, d.By.File, d.By.Name)
			d.View.shape(&b)
		}
	}
	return b.String()
}

func (v View) shape(b *strings.Builder) {
	fmt.Fprintf(b, "%q %q %q %v %v %q %q %q %v\n", v.File, v.Name, v.Variant, v.Partial, v.Completes, v.under, v.lacks.by, v.lacks.beside, v.lacks.elsewhere)
	for _, part := range v.Bases {
		fmt.Fprintf(b, " base %q %q\n", part.File, part.Name)
	}
	for _, part := range v.Overrides {
		fmt.Fprintf(b, " over %q %q\n", part.File, part.Name)
	}
	for _, m := range v.together {
		fmt.Fprintf(b, " with %q\n", m.file)
	}
}
