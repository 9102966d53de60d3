package apply

import (
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
)

// MissingImages warns of every image that an object which is waited for names
// and that is not among the loaded references. Where no registry can be reached,
// such an object never becomes ready.
func MissingImages(objects []Object, loaded []string) []string {
	present := map[string]bool{}
	for _, ref := range loaded {
		present[canonical(ref)] = true
	}
	var warnings []string
	for _, o := range objects {
		if !o.Wait {
			continue
		}
		for _, image := range imagesIn(o.Object) {
			if !present[canonical(image)] {
				present[canonical(image)] = true // once is enough
				warnings = append(warnings, fmt.Sprintf(
					"%s (%s) needs image %q, which is not in spec.images: the nodes have to pull it", o.title(), o.Source, image))
			}
		}
	}
	return warnings
}

// canonical writes out what a short name leaves out.
func canonical(image string) string {
	ref, err := name.ParseReference(image)
	if err != nil {
		return image
	}
	return ref.Name()
}

// imagesIn finds the images of all containers, wherever a kind keeps its pod
// template.
func imagesIn(value any) []string {
	var images []string
	switch value := value.(type) {
	case map[string]any:
		for field, inner := range value {
			if slices.Contains([]string{"containers", "initContainers"}, field) {
				images = append(images, imagesOf(inner)...)
			}
			images = append(images, imagesIn(inner)...)
		}
	case []any:
		for _, inner := range value {
			images = append(images, imagesIn(inner)...)
		}
	}
	slices.Sort(images)
	return slices.Compact(images)
}

func imagesOf(containers any) []string {
	list, ok := containers.([]any)
	if !ok {
		return nil
	}
	var images []string
	for _, c := range list {
		if fields, ok := c.(map[string]any); ok {
			if image, ok := fields["image"].(string); ok && image != "" {
				images = append(images, image)
			}
		}
	}
	return images
}
