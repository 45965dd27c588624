import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createServices } from './api/create-services.ts'
import { sessionQuery } from './api/queries.ts'
import { createQueryClient } from './api/query-client.ts'
import { ServicesContext } from './api/services.ts'
import { createAppRouter } from './router.tsx'
import { COLOR_SCHEME_KEY, cssVariables, theme } from './ui/theme.ts'

const queryClient = createQueryClient(onSignedOut)
const services = createServices(queryClient, onSignedOut)
const router = createAppRouter(queryClient)
const colorSchemes = localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY })

/** The guard of the router then leads to the sign-in page and, after it, back here. */
function onSignedOut(): void {
  if (queryClient.getQueryData(sessionQuery.queryKey) === null) return
  queryClient.setQueryData(sessionQuery.queryKey, null)
  services.bucketStore.clear()
  services.selection.clear()
  services.curator.forget()
  void router.invalidate()
}

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemes}
    >
      <QueryClientProvider client={queryClient}>
        <ServicesContext.Provider value={services}>
          <Notifications position="top-center" autoClose={5_000} />
          <RouterProvider router={router} />
        </ServicesContext.Provider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
