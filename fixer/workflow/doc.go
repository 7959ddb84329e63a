// Package workflow reads the files that say what a CI platform runs: workflows and
// actions of GitHub, pipelines of GitLab. It finds in them what is taken from
// elsewhere: actions, reusable workflows and images.
//
//	f, err := workflow.Parse(yaml)
//	…
//	for _, u := range f.Uses {
//		if !u.Local() && !u.Pinned() {
//			fmt.Println(u.Path, u.Repository(), u.Ref)
//		}
//	}
//	for _, i := range f.Images {
//		fmt.Println(i.Path, i.Name)
//	}
//
// # Invariants
//
//   - What a file is follows from what it holds ([KindOf]), not from its name.
//   - Each scalar is listed once, in the order of the file, however often aliases
//     and merge keys repeat it.
//   - Expressions are not evaluated. A name with ${{ … }} or $VARIABLE is listed as
//     it stands, for image.ParseReference to refuse.
package workflow
