// What somebody chose in this browser. A browser that keeps nothing has the default each time.
export function remembered(name, otherwise) {
  try {
    return localStorage.getItem(`supaops.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`supaops.${name}`, value);
  } catch {
    // It holds for this page alone.
  }
}
