// Package kustomize knows as what the objects of a manifest run once the
// kustomizations of a repository have been applied to them.
//
//	project := kustomize.New(files)
//	for _, r := range project.Renderings("base/web.yaml", objects) {
//		r.Root            // overlays/prod/kustomization.yaml
//		r.Objects[0]      // Deployment/web, as it is built there
//		r.ChangesOf(0)    // what is different, and where that is written
//	}
//
// [Project.Renderings] is the one place that answers, and what asks it does not
// know how the answer is found: another builder may stand behind it.
//
// A kustomization is a root when no other one of the repository uses it. A
// manifest is rendered once for each root that it is part of: it goes through
// the patches, images, replicas, labels and namespaces of each kustomization on the
// way. What is built alike is one rendering. Objects keep the names that their
// files give them, because everything in the repository refers to them by these.
//
// What always holds:
//
//   - Nothing is read but what is given, and nothing is run: generators,
//     plugins, remote resources and charts are not followed. What may change an
//     object in a way that is not read is a [Change] that is not [Change.Known].
//   - Nodes that a kustomization leaves alone are the nodes of the manifest. Those
//     that it writes stand at the place of what they replace, or of the mapping
//     that they are put into; [Rendering.Origin] says where they come from.
//   - The items of lists keep their numbers, unless [Rendering.Moved] says
//     otherwise, so that a path of a rendering is one of the manifest.
package kustomize
