/// <reference types="vite/client" />

declare module "virtual:documents" {
  const documents: Readonly<Record<string, { readonly text: string; readonly hash: string }>>;
  export default documents;
}
